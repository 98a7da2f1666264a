"""What `check` asks of an engine: names, mounts, the size of volumes, and calls on a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ObjectConflict, ObjectMissing, StepFailed
from envcheck.core.spec import Label
from envcheck.run import reach
from tests.contract.bench import created, network_of, spec_of, started, volume_of

if TYPE_CHECKING:
    from tests.contract.bench import Bench
    from tests.contract.conftest import RealBench

SERVER = ("sh", "-c", "while :; do nc -l -p 8080 -e true; done")


def test_a_renamed_container_is_the_same_one(bench: Bench) -> None:
    name = started(bench, spec_of(bench))
    before = bench.engine.inspect_container(name)
    bench.engine.rename_container(name, f"{name}-before")
    after = bench.engine.inspect_container(f"{name}-before")
    assert (after.id, after.started_at) == (before.id, before.started_at)
    with pytest.raises(ObjectMissing):
        bench.engine.inspect_container(name)
    assert bench.engine.observe().container(name) is None


def test_a_renamed_container_gives_its_name_and_its_ports_free(bench: Bench) -> None:
    name = started(bench, spec_of(bench))
    bench.engine.stop_container(name, 0)
    bench.engine.rename_container(name, f"{name}-before")
    again = started(bench, spec_of(bench))
    assert bench.engine.inspect_container(again).alive
    bench.engine.remove_container(again)
    bench.engine.rename_container(f"{name}-before", name)
    bench.engine.start_container(name)
    assert bench.engine.inspect_container(name).alive


def test_a_name_that_is_taken_is_given_to_no_other(bench: Bench) -> None:
    one, two = created(bench, spec_of(bench)), created(bench, spec_of(bench, "two"))
    with pytest.raises(ObjectConflict):
        bench.engine.rename_container(one, two)
    assert bench.engine.observe().container(one) is not None


def test_a_container_says_where_its_volumes_are_mounted(bench: Bench) -> None:
    volume = volume_of(bench).name
    bench.engine.create_volume(volume_of(bench))
    name = started(bench, spec_of(bench, volumes=(volume,)))
    assert bench.engine.inspect_container(name).mounts == {f"/mnt/{volume}": volume}


def test_a_volume_has_a_size_as_long_as_it_is_there(bench: Bench) -> None:
    volume = volume_of(bench).name
    bench.engine.create_volume(volume_of(bench))
    assert bench.engine.volume_sizes()[volume] == 0
    bench.engine.remove_volume(volume)
    assert volume not in bench.engine.volume_sizes()


@pytest.mark.engine
def test_a_volume_takes_the_bytes_that_were_written(real_bench: RealBench) -> None:
    volume = volume_of(real_bench).name
    real_bench.engine.create_volume(volume_of(real_bench))
    started(real_bench, spec_of(real_bench, volumes=(volume,)))
    words = ("sh", "-c", f"echo 123456789 >/mnt/{volume}/file")
    assert real_bench.engine.execute(f"{real_bench.name}-one", words).exit_code == 0
    assert real_bench.engine.volume_sizes()[volume] == 10


@pytest.mark.engine
def test_services_are_called_by_name_on_their_network(real_bench: RealBench) -> None:
    """The script's own words, as busybox says them; one round for all, and nothing is left."""
    from dataclasses import replace

    started(real_bench, replace(spec_of(real_bench, "there"), command=SERVER))
    command = reach.command([("there", 8080), ("there", 8081), ("nowhere", 8080)])
    labels = {Label.INSTANCE: real_bench.name}
    ran = real_bench.engine.run_on_network(real_bench.image, labels, real_bench.name, command)
    heard = reach.read(ran.output)
    assert heard["there", 8080] == reach.Heard(0)
    assert heard["there", 8081].said.endswith("Connection refused")
    assert "bad address" in heard["nowhere", 8080].said
    assert [c.name for c in real_bench.engine.observe().of_instance(real_bench.name)] == [
        f"{real_bench.name}-there"
    ]


@pytest.mark.engine
def test_a_command_on_a_network_takes_the_place_of_the_images_entrypoint(
    real_bench: RealBench,
) -> None:
    from envcheck.core.context import BuildContext, ContextFile
    from envcheck.engine.build import BuildOptions

    text = f'FROM {real_bench.image}\nENTRYPOINT ["false"]\nCMD ["never"]\n'
    tag = f"{real_bench.name}/stubborn:1"
    context = BuildContext({"Dockerfile": ContextFile(text.encode())})
    real_bench.engine.build(tag, context, BuildOptions({}), lambda *_: None)
    real_bench.engine.create_network(network_of(real_bench))
    ran = real_bench.engine.run_on_network(tag, {}, real_bench.name, ("echo", "said"))
    assert (ran.exit_code, ran.output) == (0, "said\n")


@pytest.mark.engine
def test_an_image_without_a_shell_is_told_by_its_fault(real_bench: RealBench) -> None:
    real_bench.engine.create_network(network_of(real_bench))
    with pytest.raises(StepFailed) as caught:
        real_bench.engine.run_on_network(
            real_bench.image, {}, real_bench.name, ("/bin/nosuchshell", "-c", "true")
        )
    assert caught.value.id == "service.command-not-found"
