"""Carrying out checks: all at once, each within its limit, told in the order of the table."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.app.checks.exam import Check, Exam, failed
from envcheck.core.errors import EnvcheckError
from envcheck.core.events import Checked, Note, Result
from envcheck.core.plan import Act, PlanBuilder, RunCheck
from envcheck.run.executor import Course, execute, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envcheck.core.events import Emit

_BROKEN = ("fail", "error", "skip")


@dataclass(frozen=True)
class Farewell:
    """What is said when checks are broken off, and for how many seconds they may go on."""

    words: str
    seconds: float


# Most checks remove a container that they have made.
_HANGING_UP = Farewell("", 1.2)


class CheckBroken(EnvcheckError):
    """A check did not pass, so what rests on it is not tried."""


def examine(
    exam: Exam,
    checks: Sequence[Check],
    done: Iterable[Result] = (),
    farewell: Farewell = _HANGING_UP,
    emit: Emit | None = None,
) -> None:
    """Carry out checks and tell every verdict.

    What rests on a broken check is skipped; a check that crashes or hangs is an ``error``, and the
    others go on.

    Args:
        exam: what they are given.
        checks: in the order in which their verdicts are told.
        done: verdicts that are known already, which others may rest on.
        farewell: what is said, and how long is waited, where it is broken off.
        emit: hears the verdicts, where it is not who hears of the session.
    """
    teller = _Teller(emit or exam.session.emit, checks)
    known = {result.id: result for result in done}
    by_id = {check.id: check for check in checks}
    plan = PlanBuilder()
    for check in checks:
        earlier = tuple(("check", id) for id in check.after)
        plan.add(RunCheck(check.id), check.about, key=("check", check.id), after=earlier)

    def perform(act: Act) -> None:
        check = by_id[act.id] if isinstance(act, RunCheck) else None
        if check is None:
            return
        broken = [known[need] for need in check.needs if _is_broken(known.get(need))]
        teller.tell(_skip(check, broken[0]) if broken else _outcome(check, exam))

    def abort() -> None:
        if farewell.words:
            exam.session.emit(Note(farewell.words))
        exam.session.clock.stop()

    course = Course(farewell=farewell.seconds)
    execute(plan.plan(), perform, abort=abort, course=course)


def _is_broken(result: Result | None) -> bool:
    return result is not None and result.status in _BROKEN


def _skip(check: Check, broken: Result) -> Result:
    return check.result("skip", f"skipped: it rests on {broken.title}")


def _outcome(check: Check, exam: Exam) -> Result:
    begun = time.monotonic()
    try:
        return within(check.seconds, lambda: check.look(exam))
    except EnvcheckError as error:
        return failed(check, error, time.monotonic() - begun)
    except TimeoutError:
        text = f"no verdict in {check.seconds:.0f} s"
        return check.result("error", text, time.monotonic() - begun)
    except Exception as error:  # noqa: BLE001 - a check that crashes must not take the others along
        text = f"the check crashed: {type(error).__name__}: {error}"
        return check.result("error", text, time.monotonic() - begun)


class _Teller:
    """Tells verdicts in the order of the table, each as soon as all before it are known.

    All checks begin at once, since most machines are well and waiting would cost them time. Where a
    check turns out broken, what rests on it is told as skipped, whatever came of it meanwhile.
    """

    def __init__(self, emit: Emit, checks: Sequence[Check]) -> None:
        self._emit = emit
        self._waiting = list(checks)
        self._known: dict[str, Result] = {}
        self._told: dict[str, Result] = {}
        self._lock = threading.Lock()

    def tell(self, result: Result) -> None:
        with self._lock:
            self._known[result.id] = result
            while self._waiting and self._waiting[0].id in self._known:
                check = self._waiting.pop(0)
                self._told[check.id] = self._in_view_of_others(check)
                self._emit(Checked(self._told[check.id]))

    def _in_view_of_others(self, check: Check) -> Result:
        # What a check needs stands before it in the table, so it has been told.
        for need in check.needs:
            if _is_broken(self._told.get(need)):
                return _skip(check, self._told[need])
        return self._known[check.id]
