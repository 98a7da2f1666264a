"""Containers that are run once leave nothing, whatever becomes of them; and the engine's facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ObjectMissing, StepFailed
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from tests.contract.conftest import RealBench

pytestmark = pytest.mark.engine


def left(bench: RealBench) -> list[str]:
    containers = bench.engine.observe().containers
    return [c.name for c in containers if c.labels.get(Label.INSTANCE) == bench.name]


def test_its_exit_code_and_output_come_back(real_bench: RealBench) -> None:
    ran = real_bench.engine.run_once(
        real_bench.image, {Label.INSTANCE: real_bench.name}, ("sh", "-c", "echo said; exit 4")
    )
    assert (ran.exit_code, ran.output) == (4, "said\n")
    assert left(real_bench) == []


def test_one_that_cannot_start_is_removed_all_the_same(real_bench: RealBench) -> None:
    labels = {Label.INSTANCE: real_bench.name}
    with pytest.raises(StepFailed) as caught:
        real_bench.engine.run_once(real_bench.image, labels, ("nosuchcommand",))
    assert caught.value.id == "service.command-not-found"
    assert left(real_bench) == []


def test_one_of_an_image_that_is_not_here_is_missing(real_bench: RealBench) -> None:
    with pytest.raises(ObjectMissing):
        real_bench.engine.run_once(f"{real_bench.name}.invalid/nothing:1", {}, ("true",))


def test_the_engine_says_who_it_is(real_bench: RealBench) -> None:
    described = real_bench.engine.describe()
    assert described.version[0].isdigit()
    assert described.api.startswith("1.")
    assert described.endpoint
    assert described.chosen_by
    assert real_bench.engine.info()["ID"]


def test_an_image_takes_room_and_gives_it_back(real_bench: RealBench) -> None:
    before = real_bench.engine.disk_use()
    assert before > 0
    real_bench.build_upon(f"{real_bench.name}/child:1")  # no layer of its own
    assert isinstance(real_bench.engine.disk_use(), int)
