"""Containers: created, started, stopped, removed, and how they die."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ObjectConflict, ObjectMissing, StepFailed
from envcheck.core.spec import Label
from tests.contract.bench import (
    DYING,
    MISSING,
    POLITE,
    STEADY,
    created,
    ended,
    network_of,
    spec_of,
    started,
)

if TYPE_CHECKING:
    from tests.contract.bench import Bench


def test_a_created_container_does_not_run(bench: Bench) -> None:
    state = bench.engine.inspect_container(created(bench, spec_of(bench)))
    assert state.status == "created"
    assert not state.alive
    assert state.exit_code == 0
    assert state.error == ""


def test_a_container_is_seen_with_its_name_labels_and_network(bench: Bench) -> None:
    name = created(bench, spec_of(bench))
    seen = bench.engine.observe().container(name)
    assert seen is not None
    assert (seen.instance, seen.service, seen.state) == (bench.name, "one", "created")
    assert list(seen.networks) == [bench.name]
    facts = bench.engine.inspect_image(bench.image)
    assert facts is not None
    assert (seen.image, seen.image_id) == (bench.image, facts.id)


def test_a_container_inherits_the_labels_of_its_image(bench: Bench) -> None:
    """Which is why a label alone does not say that a container is ours: its image may be."""
    name = created(bench, spec_of(bench))
    seen = bench.engine.observe().container(name)
    assert seen is not None
    assert seen.labels == {
        "of": "image",
        Label.INSTANCE: bench.name,
        Label.SERVICE: "one",
        Label.FINGERPRINT: "image:1",
    }


def test_a_name_is_given_once(bench: Bench) -> None:
    name = created(bench, spec_of(bench))
    first = bench.engine.inspect_container(name)
    with pytest.raises(ObjectConflict) as caught:
        bench.engine.create_container(spec_of(bench))
    assert caught.value.id == "docker.name-taken"
    assert bench.engine.inspect_container(name) == first


def test_an_image_that_is_not_here_is_missing_and_never_pulled(bench: Bench) -> None:
    spec = replace(spec_of(bench), image=f"{bench.name}.invalid/nothing:1.0")
    with pytest.raises(ObjectMissing) as caught:
        created(bench, spec)
    assert caught.value.id == "docker.no-such-object"
    assert bench.engine.observe().container(spec.name) is None


def test_a_started_container_runs_and_is_started_once(bench: Bench) -> None:
    name = started(bench, spec_of(bench))
    state = bench.engine.inspect_container(name)
    assert state.alive
    bench.engine.start_container(name)
    assert bench.engine.inspect_container(name).started_at == state.started_at


def test_a_program_that_ends_leaves_its_exit_code(bench: Bench) -> None:
    state = ended(bench, started(bench, spec_of(bench, program=DYING)))
    assert (state.status, state.exit_code, state.oom_killed) == ("exited", 3, False)
    assert state.error == ""


def test_an_ended_container_can_be_started_again(bench: Bench) -> None:
    name = started(bench, spec_of(bench))
    before = bench.engine.inspect_container(name).started_at
    bench.engine.stop_container(name, 0)
    bench.clock.wait(0.01)
    bench.engine.start_container(name)
    state = bench.engine.inspect_container(name)
    assert (state.alive, state.exit_code) == (True, 0)
    assert state.started_at != before


def test_a_command_that_is_not_there_cannot_be_started(bench: Bench) -> None:
    name = created(bench, spec_of(bench, program=MISSING))
    with pytest.raises(StepFailed) as caught:
        bench.engine.start_container(name)
    assert caught.value.id == "service.command-not-found"
    state = bench.engine.inspect_container(name)
    assert state.status == "created"
    assert "executable file not found" in state.error
    assert state.exit_code != 0


def test_a_container_that_heeds_the_signal_ends_as_it_wants(bench: Bench) -> None:
    name = started(bench, spec_of(bench, program=POLITE))
    bench.clock.wait(0.3)  # a real shell needs a moment to set its trap
    bench.engine.stop_container(name, 10)
    state = bench.engine.inspect_container(name)
    assert (state.status, state.exit_code) == ("exited", 7)


def test_a_deaf_container_is_killed_after_its_grace(bench: Bench) -> None:
    name = started(bench, spec_of(bench, program=STEADY))
    begun = bench.clock.now()
    bench.engine.stop_container(name, 1)
    assert bench.clock.now() - begun >= 1
    assert bench.engine.inspect_container(name).exit_code == 137


@pytest.mark.parametrize("how", ["created", "ended"])
def test_stopping_what_does_not_run_is_no_error(bench: Bench, how: str) -> None:
    name = created(bench, spec_of(bench, program=DYING))
    if how == "ended":
        bench.engine.start_container(name)
        ended(bench, name)
    before = bench.engine.inspect_container(name)
    bench.engine.stop_container(name, 0)
    assert bench.engine.inspect_container(name) == before


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_running_container_is_removed_at_once(bench: Bench, by: str) -> None:
    name = started(bench, spec_of(bench))
    word = name if by == "name" else bench.engine.inspect_container(name).id
    bench.engine.remove_container(word)
    assert bench.engine.observe().container(name) is None


def test_removing_what_is_gone_is_no_error(bench: Bench) -> None:
    before = bench.engine.observe()
    bench.engine.remove_container(f"{bench.name}-gone")
    bench.engine.remove_network(f"{bench.name}-gone")
    bench.engine.remove_volume(f"{bench.name}-gone")
    bench.engine.remove_image(f"{bench.name}-gone:1")
    assert {c.id for c in before.containers} <= {c.id for c in bench.engine.observe().containers}


def test_what_is_not_there_is_missing(bench: Bench) -> None:
    engine, name = bench.engine, f"{bench.name}-gone"
    for call in (
        lambda: engine.inspect_container(name),
        lambda: engine.start_container(name),
        lambda: engine.stop_container(name, 0),
        lambda: engine.logs(name, 5),
        lambda: engine.execute(name, ("true",)),
    ):
        with pytest.raises(ObjectMissing) as caught:
            call()
        assert caught.value.id == "docker.no-such-object"
        assert name in caught.value.what


def test_a_container_whose_network_was_never_there_can_be_created_but_not_started(
    bench: Bench,
) -> None:
    spec = spec_of(bench)
    bench.engine.create_container(spec)
    with pytest.raises(ObjectMissing):
        bench.engine.start_container(spec.name)
    bench.engine.create_network(network_of(bench))
    bench.engine.start_container(spec.name)
    assert bench.engine.inspect_container(spec.name).alive
