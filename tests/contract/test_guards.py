"""No process in a container of ours gains rights, and none can have any number of children."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envcheck.core.spec import Label, VolumeSpec
from tests.contract.bench import created, spec_of, started

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.conftest import RealBench

pytestmark = pytest.mark.engine

LOOK = ("sh", "-c", "cat /proc/self/status /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max")
"""Of the last two there is one, by the version of the machine's cgroups."""


def guarded(said: str, pids: int) -> bool:
    lines = said.splitlines()
    return "NoNewPrivs:\t1" in lines and str(pids) in lines


def test_a_service_is_guarded_as_its_spec_says(real_bench: RealBench) -> None:
    name = started(real_bench, replace(spec_of(real_bench), pids=100))
    assert guarded(real_bench.engine.execute(name, LOOK).output, 100)


def test_what_runs_once_is_guarded_too(real_bench: RealBench) -> None:
    labels = {Label.INSTANCE: real_bench.name}
    assert guarded(real_bench.engine.run_once(real_bench.image, labels, LOOK).output, 2048)


@pytest.fixture
def while_removing(
    real_bench: RealBench, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[dict[str, object]]]:
    """What the engine says of each container just before it is removed."""
    seen: list[dict[str, object]] = []
    real = real_bench.engine.remove_container

    def remove(name: str) -> None:
        seen.append(real_bench.engine._api.inspect_container(name))  # noqa: SLF001
        real(name)

    monkeypatch.setattr(real_bench.engine, "remove_container", remove)
    return lambda: seen


def test_a_container_that_is_only_looked_through_is_guarded_and_names_its_maker(
    real_bench: RealBench, while_removing: Callable[[], list[dict[str, object]]]
) -> None:
    engine = real_bench.engine
    engine._process = "4711.1@here"  # noqa: SLF001 - the session gives it
    labels = {Label.INSTANCE: real_bench.name}
    engine.create_volume(VolumeSpec(f"{real_bench.name}_data", labels))
    try:
        engine.read_in_volume(f"{real_bench.name}_data", "none", real_bench.image, labels)
        engine.run_once(real_bench.image, labels, ("true",))
        service = created(real_bench, spec_of(real_bench))
        engine.remove_container(service)
    finally:
        engine._process = ""  # noqa: SLF001
    for_a_look, for_a_command, for_a_service = while_removing()
    for container in (for_a_look, for_a_command, for_a_service):
        host = container["HostConfig"]
        assert isinstance(host, dict)
        assert (host["SecurityOpt"], host["PidsLimit"]) == (["no-new-privileges"], 2048)
    makers = [_labels(one).get(Label.PROCESS) for one in while_removing()]
    assert makers == ["4711.1@here", "4711.1@here", None]


def _labels(container: dict[str, object]) -> dict[str, str]:
    config = container["Config"]
    assert isinstance(config, dict)
    found: dict[str, str] = config["Labels"]
    return found
