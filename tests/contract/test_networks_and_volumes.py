"""Networks and volumes: made once, and kept while something uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ObjectConflict, ObjectMissing
from envcheck.core.spec import Label, VolumeSpec
from tests.contract.bench import created, network_of, spec_of, started, volume_of

if TYPE_CHECKING:
    from tests.contract.bench import Bench


def test_a_network_is_seen_with_its_labels(bench: Bench) -> None:
    bench.engine.create_network(network_of(bench))
    seen = bench.engine.observe().network(bench.name)
    assert seen is not None
    assert seen.labels == {Label.INSTANCE: bench.name}


def test_there_is_one_network_of_a_name(bench: Bench) -> None:
    bench.engine.create_network(network_of(bench))
    with pytest.raises(ObjectConflict):
        bench.engine.create_network(network_of(bench))
    found = [n for n in bench.engine.observe().networks if n.name == bench.name]
    assert len(found) == 1


def test_a_network_with_a_running_container_stays(bench: Bench) -> None:
    started(bench, spec_of(bench))
    with pytest.raises(ObjectConflict) as caught:
        bench.engine.remove_network(bench.name)
    assert caught.value.id == "docker.network-in-use"
    assert bench.engine.observe().network(bench.name) is not None


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_network_without_running_containers_goes(bench: Bench, by: str) -> None:
    created(bench, spec_of(bench))
    seen = bench.engine.observe().network(bench.name)
    assert seen is not None
    bench.engine.remove_network(seen.name if by == "name" else seen.id)
    assert bench.engine.observe().network(bench.name) is None


def test_a_network_made_anew_is_another_for_a_container_that_ran_on_the_old_one(
    bench: Bench,
) -> None:
    """So `up` must make such a container anew, too: by name alone nothing is amiss with it."""
    name = started(bench, spec_of(bench))
    bench.engine.stop_container(name, 0)
    bench.engine.remove_network(bench.name)
    bench.engine.create_network(network_of(bench))
    seen, network = bench.engine.observe().container(name), bench.engine.observe().networks
    assert seen is not None
    assert seen.networks[bench.name] not in {n.id for n in network}
    with pytest.raises(ObjectMissing):
        bench.engine.start_container(name)


def test_a_container_that_never_ran_takes_the_network_of_that_name(bench: Bench) -> None:
    name = created(bench, spec_of(bench))
    bench.engine.remove_network(bench.name)
    bench.engine.create_network(network_of(bench))
    seen = bench.engine.observe().container(name)
    assert seen is not None
    assert seen.networks == {bench.name: ""}
    bench.engine.start_container(name)
    assert bench.engine.inspect_container(name).alive


def test_a_volume_is_seen_with_its_labels(bench: Bench) -> None:
    bench.engine.create_volume(volume_of(bench))
    seen = bench.engine.observe().volume(volume_of(bench).name)
    assert seen is not None
    assert {**seen.labels, Label.MADE: ""} == {Label.INSTANCE: bench.name, Label.MADE: ""}


def test_a_volume_that_is_made_anew_can_be_told_from_the_one_before(bench: Bench) -> None:
    identities = []
    for _ in range(2):
        bench.engine.create_volume(volume_of(bench))
        seen = bench.engine.observe().volume(volume_of(bench).name)
        assert seen is not None
        identities.append(seen.identity)
        bench.engine.create_volume(volume_of(bench))
        assert bench.engine.observe().volume(seen.name) == seen
        bench.engine.remove_volume(seen.name)
    assert all(identities)
    assert identities[0] != identities[1]


def test_a_volume_that_is_there_stays_as_it_is(bench: Bench) -> None:
    bench.engine.create_volume(VolumeSpec(volume_of(bench).name, {"whose": "somebody else's"}))
    bench.engine.create_volume(volume_of(bench))
    seen = bench.engine.observe().volume(volume_of(bench).name)
    assert seen is not None
    assert seen.labels["whose"] == "somebody else's"
    assert Label.INSTANCE not in seen.labels


def test_a_volume_that_is_not_there_comes_with_its_container_and_without_labels(
    bench: Bench,
) -> None:
    volume = volume_of(bench).name
    created(bench, spec_of(bench, volumes=(volume,)))
    seen = bench.engine.observe().volume(volume)
    assert seen is not None
    assert seen.labels == {}


def test_a_volume_stays_while_any_container_has_it(bench: Bench) -> None:
    volume = volume_of(bench).name
    bench.engine.create_volume(volume_of(bench))
    name = created(bench, spec_of(bench, volumes=(volume,)))
    with pytest.raises(ObjectConflict) as caught:
        bench.engine.remove_volume(volume)
    assert caught.value.id == "docker.volume-in-use"
    bench.engine.remove_container(name)
    assert bench.engine.observe().volume(volume) is not None
    bench.engine.remove_volume(volume)
    assert bench.engine.observe().volume(volume) is None


def test_a_container_is_seen_with_the_volumes_that_it_has(bench: Bench) -> None:
    names = (volume_of(bench, "a").name, volume_of(bench, "b").name)
    name = created(bench, spec_of(bench, volumes=names))
    seen = bench.engine.observe().container(name)
    assert seen is not None
    assert sorted(seen.volumes) == sorted(names)
