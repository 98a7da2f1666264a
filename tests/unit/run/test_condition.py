"""What the engine says of a running container, and what that means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envcheck.run.condition import judge_health, judge_restarts, judge_volumes
from envcheck.run.ports import ContainerState

STATE = ContainerState("1", "running", 0, False, "2026-11-24T13:58:00Z", 0, "", "sha256:1")  # noqa: FBT003


@pytest.mark.parametrize("health", ["", "none"])
def test_without_a_health_check_there_is_no_verdict_on_it(health: str) -> None:
    assert judge_health("db", "shop-db", replace(STATE, health=health)) is None


@pytest.mark.parametrize(
    ("health", "status", "fault"),
    [
        ("healthy", "pass", ""),
        ("starting", "warn", ""),
        ("unhealthy", "fail", "service.unhealthy"),
    ],
)
def test_the_images_own_health_check_is_heard(health: str, status: str, fault: str) -> None:
    said = "line one\nline two"
    verdict = judge_health("db", "shop-db", replace(STATE, health=health, health_said=said))
    assert verdict is not None
    assert (verdict.id, verdict.status, verdict.fault) == ("service.db.health", status, fault)
    assert verdict.evidence == ("line one", "line two")
    assert (verdict.fix is None) == (status == "pass")


def test_no_restart_is_good() -> None:
    assert judge_restarts("db", "shop-db", STATE).status == "pass"


@pytest.mark.parametrize(("restarts", "said"), [(1, "once since"), (4, "4 times since")])
def test_restarts_are_counted(restarts: int, said: str) -> None:
    verdict = judge_restarts("db", "shop-db", replace(STATE, restarts=restarts))
    assert (verdict.status, verdict.fault) == ("warn", "service.restarted")
    assert said in verdict.summary
    assert verdict.evidence == ("it runs since 2026-11-24T13:58:00Z",)
    assert verdict.fix is not None
    assert verdict.fix.commands == ("docker logs shop-db",)


def test_each_volume_is_told_with_its_size_as_far_as_that_is_known() -> None:
    verdict = judge_volumes("db", ("a", "b", "c"), {"a": 48_000_000, "c": 0, "other": 1})
    assert verdict.status == "pass"
    assert verdict.summary == "a 48 MB, b ?, c 0 B"


def test_what_takes_too_long_to_count_is_no_failure() -> None:
    assert judge_volumes("db", ("a",), None).status == "skip"
