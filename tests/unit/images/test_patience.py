"""What is tried again, how often, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ObjectMissing, RegistryUnreachable, StepFailed
from envcheck.images.patience import BROKEN, Patience
from envcheck.images.trying import persist

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE = Patience(chance=lambda: 1.0)


@dataclass
class _Waits:
    """A clock whose waits take no time, and are kept."""

    waited: list[float] = field(default_factory=list)

    def now(self) -> float:
        return sum(self.waited)

    def wait(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        assert until is None
        self.waited.append(seconds)

    def wake(self) -> None:
        """Nobody waits."""


@dataclass
class _Failing:
    """Fails with each of these, then gives 7."""

    errors: list[StepFailed]

    def __call__(self) -> int:
        if self.errors:
            raise self.errors.pop(0)
        return 7


def error(id: str) -> StepFailed:
    return StepFailed(f"met {id}", id=id)


def test_what_passes_is_tried_again_with_growing_waits() -> None:
    clock, told = _Waits(), list[str]()
    errors = [
        error("registry.broken"),
        error("registry.no-such-host"),
        error("registry.unreachable"),
    ]
    assert persist(_Failing(errors), WHOLE, clock, told.append) == 7
    assert clock.waited == [1.0, 2.0, 4.0]
    assert told[0] == "retrying in 1.0 s: the registry failed (2 of 5)"


def test_no_wait_is_longer_than_the_longest() -> None:
    assert [WHOLE.pause(n) for n in (1, 5, 6, 50)] == [1.0, 16.0, 20.0, 20.0]


def test_a_wait_takes_a_share_of_its_most_by_chance() -> None:
    shares = iter((0.0, 0.5))
    patience = Patience(chance=lambda: next(shares))
    assert [patience.pause(3), patience.pause(3)] == [0.0, 2.0]


def test_it_is_given_up_in_the_end_and_said_how_often_it_was_tried() -> None:
    clock = _Waits()
    errors = [
        RegistryUnreachable("nobody answers", id="registry.unreachable", evidence=("EOF",))
        for _ in range(5)
    ]
    with pytest.raises(RegistryUnreachable) as met:
        persist(_Failing(list(errors)), WHOLE, clock, lambda _text: None)
    assert met.value.what == "nobody answers (tried 5 times)"
    assert met.value.evidence == ("EOF",)
    assert len(clock.waited) == 4


@pytest.mark.parametrize(
    "id",
    [
        "registry.login-failed",
        "registry.access-denied",
        "registry.rate-limit",
        "registry.unknown-image",
        "registry.no-platform",
        "registry.certificate",
        "registry.proxy",
        "registry.credential-helper",
        "machine.disk-full",
        "unknown",
    ],
)
def test_what_does_not_pass_is_not_tried_again(id: str) -> None:
    clock = _Waits()
    with pytest.raises(StepFailed, match=f"^met {id}$"):
        persist(_Failing([error(id)]), WHOLE, clock, lambda _text: None)
    assert clock.waited == []


def test_where_another_way_is_quicker_no_answer_is_not_waited_for() -> None:
    clock = _Waits()
    with pytest.raises(StepFailed):
        persist(_Failing([error("registry.unreachable")]), Patience(BROKEN), clock, print)
    assert clock.waited == []


def test_a_final_no_after_a_fault_that_passed_keeps_its_kind() -> None:
    errors = [error("registry.broken"), ObjectMissing("no such", id="registry.unknown-image")]
    with pytest.raises(ObjectMissing, match=r"no such \(tried 2 times\)"):
        persist(_Failing(errors), WHOLE, _Waits(), lambda _text: None)


def test_what_is_slow_to_fail_is_tried_less_often() -> None:
    clock, told = _Waits(), list[str]()
    with pytest.raises(StepFailed, match=r"\(tried 2 times\)"):
        persist(_Failing([error("registry.timeout")] * 2), WHOLE, clock, told.append)
    assert told == ["retrying in 1.0 s: no answer in time (2 of 2)"]
