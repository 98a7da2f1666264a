"""The executor: carries out a plan's steps, side by side where they do not wait for each other.

There is no decision in it: what to do, in which order and why was decided before. Threads live in
this module only.
"""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import BoundedSemaphore, Event, Thread
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from envcheck.core.errors import EnvcheckError
from envcheck.run.ports import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from envcheck.core.plan import Act, Plan, Step

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)

WORKERS = 16
"""More acts than this at once make no engine faster; the SDK's connection pool holds as many."""

FAREWELL = 0.4
"""Seconds for what is under way to end when a run is broken off. What does not is left behind: its
thread does not keep the program alive, and the engine gives up a call when the program ends."""


LOOK_UP = 0.25
"""Seconds after which whoever waits looks up. A signal is handled by the main thread; where the
system hands it to another one, the main thread is not woken from a wait (docs.python.org,
"signal"), and Ctrl-C would come to nothing until the wait is over."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """Call something that may hang, and wait no longer than that.

    What does not return in time is left behind in a thread that does not keep the program alive.

    Raises:
        TimeoutError: it did not return in time.
        Exception: whatever it raised.
    """
    ended = Event()
    pending = aside(call, ended.set)
    until = time.monotonic() + seconds
    while not ended.wait(max(0.0, min(LOOK_UP, until - time.monotonic()))):
        if time.monotonic() >= until:
            raise TimeoutError(f"no answer in {seconds:.0f} s")
    return pending.result()


class Pending(Protocol[T_co]):
    """A call that is under way."""

    def done(self) -> bool:
        """Whether it has ended."""

    def result(self) -> T_co:
        """What it returned, or raise what it raised; waits for it."""


def aside(call: Callable[[], T], ended: Callable[[], None]) -> Pending[T]:
    """Make a call in a thread of its own, which does not keep the program alive.

    ``ended`` is called when the call has ended.
    """
    return _begun(call, ended)


def _begun(call: Callable[[], T], ended: Callable[[], None]) -> Future[T]:
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            future.set_exception(error)
        ended()

    Thread(target=run, daemon=True, name="envcheck").start()
    return future


class _Workers:
    """Does calls side by side, as many at once as there are workers, and begins no more when told.

    Not a ThreadPoolExecutor: the interpreter waits for its threads at the end, however long an
    engine that hangs may take.
    """

    def __init__(self) -> None:
        self._free = BoundedSemaphore(WORKERS)
        self._over = False

    def submit(self, call: Callable[[], T]) -> Future[T]:
        def do() -> T:
            with self._free:
                if self._over:
                    raise Stopped
                return call()

        return _begun(do, lambda: None)

    def farewell(
        self, pending: Iterable[Future[Any]], abort: Callable[[], None], seconds: float
    ) -> None:
        """Begin nothing more, end the waits, and give what is under way a moment to end."""
        self._over = True
        abort()
        wait(tuple(pending), seconds)


@contextmanager
def beside(call: Callable[[], None], end: Callable[[], None]) -> Iterator[None]:
    """Have a call under way during the context; ``end`` makes it return at the context's end."""
    ended = Event()
    pending = aside(call, ended.set)
    try:
        yield
    finally:
        end()
        ended.wait(FAREWELL)
    # Only here: what went wrong beside may not take the place of what ended the context.
    if pending.done():
        pending.result()


def side_by_side(call: Callable[[T], U], values: Iterable[T], abort: Callable[[], None]) -> list[U]:
    """What a call returns for each value, in their order; many are under way at once.

    Args:
        call: called in threads.
        values: what it is called with.
        abort: called when this is broken off, so that calls that wait can end.

    Raises:
        Exception: what the first call in their order raised that did; all have ended by then.
    """
    workers, under_way = _Workers(), list[Future[U]]()
    try:
        under_way += [workers.submit(partial(call, value)) for value in values]
        while wait(under_way, LOOK_UP).not_done:
            pass
    except BaseException:
        workers.farewell(under_way, abort, FAREWELL)
        raise
    return [future.result() for future in under_way]


@dataclass(frozen=True)
class StepOutcome:
    """How a step ended; ``blocked_by`` is the failed step that a skipped one waited for."""

    step: Step
    status: Literal["done", "failed", "skipped"]
    error: EnvcheckError | None = None
    blocked_by: Step | None = None


@dataclass(frozen=True)
class Course:
    """How a plan is gone through.

    Attributes:
        fail_fast: whether the first step that fails ends all others.
        begins: told of each step that begins.
        ended: told of each step's outcome.
        lost: whether what a step has done is gone again, such as a service that was ready: what
            waits for that step, and has not begun, is skipped then.
        farewell: seconds for what is under way to end where the run is broken off.
    """

    fail_fast: bool = False
    begins: Callable[[Step], None] = lambda _step: None
    ended: Callable[[StepOutcome], None] = lambda _outcome: None
    lost: Callable[[Step], bool] = lambda _step: False
    farewell: float = FAREWELL


SILENT = Course()


def execute(
    plan: Plan,
    perform: Callable[[Act], None],
    *,
    abort: Callable[[], None],
    course: Course = SILENT,
) -> tuple[StepOutcome, ...]:
    """Carry out a plan. A failed step stops what waits for it, and nothing else.

    Args:
        plan: the steps.
        perform: does one act; an EnvcheckError says that it could not.
        abort: called when the run is broken off, so that acts that wait can end. Whoever sees that
            something is lost where the first failure ends it all may do the same before.
        course: whether the first failure breaks it off, and who hears of each step.

    Returns:
        The outcome of every step, in the plan's order.

    Raises:
        Exception: whatever ``perform`` raises that is not an EnvcheckError, after the acts that
            are under way have ended, or had the time to; KeyboardInterrupt likewise.
    """
    run, workers = _Run(plan, perform, course, abort), _Workers()
    try:
        run.through(workers)
    except BaseException:
        workers.farewell(run.under_way, abort, course.farewell)
        raise
    return tuple(run.outcomes[step.id] for step in plan.steps)


class _Run:
    def __init__(
        self,
        plan: Plan,
        perform: Callable[[Act], None],
        course: Course,
        abort: Callable[[], None],
    ) -> None:
        self._steps = {step.id: step for step in plan.steps}
        self._perform = perform
        self._course = course
        self._abort = abort
        self._waiting = dict(self._steps)
        self.under_way: dict[Future[None], Step] = {}
        self._broken_off_by: Step | None = None
        self._ended_early: list[Step] = []
        self.outcomes: dict[int, StepOutcome] = {}

    def through(self, workers: _Workers) -> None:
        while self._waiting or self.under_way:
            self._launch(workers)
            if not self.under_way:
                self._account_for_ends()
                continue  # only skips were left in this round: look again
            done, _ = wait(self.under_way, LOOK_UP, return_when=FIRST_COMPLETED)
            for future in done:
                self._finish(self.under_way.pop(future), future)
        self._account_for_ends()

    def _launch(self, workers: _Workers) -> None:
        self._look_back()
        for step in tuple(self._waiting.values()):
            blocker = self._blocker(step)
            if blocker is not None:
                del self._waiting[step.id]
                self._end(StepOutcome(step, "skipped", blocked_by=blocker))
            elif all(need in self.outcomes for need in step.after):
                del self._waiting[step.id]
                self._course.begins(step)
                self.under_way[workers.submit(partial(self._perform, step.act))] = step

    def _blocker(self, step: Step) -> Step | None:
        if self._broken_off_by is not None:
            return self._broken_off_by
        for need in step.after:
            outcome = self.outcomes.get(need)
            if outcome is not None and (outcome.status != "done" or self._lost(outcome)):
                return outcome.blocked_by or outcome.step
        return None

    def _lost(self, outcome: StepOutcome) -> bool:
        return outcome.status == "done" and self._course.lost(outcome.step)

    def _look_back(self) -> None:
        """Where one failure is to end it all, that of a step which was done does so too."""
        lost = next((o.step for o in self.outcomes.values() if self._lost(o)), None)
        if lost is not None:
            self._break_off(lost)

    def _finish(self, step: Step, future: Future[None]) -> None:
        try:
            future.result()
        except EnvcheckError as error:
            self._end(StepOutcome(step, "failed", error))
            self._break_off(step)
        except Stopped:
            # Whose failure it was may not be known yet: that step can be about to end.
            self._ended_early.append(step)
        else:
            self._end(StepOutcome(step, "done"))

    def _account_for_ends(self) -> None:
        """Those whose waits were ended: skipped because of the first failure, if there is one."""
        self._look_back()
        early, self._ended_early = self._ended_early, []
        for step in early:
            if self._broken_off_by is None:
                raise Stopped
            self._end(StepOutcome(step, "skipped", blocked_by=self._broken_off_by))

    def _break_off(self, step: Step) -> None:
        """End the waits of all that is under way, where one failure is to end it all."""
        if self._course.fail_fast and self._broken_off_by is None:
            self._broken_off_by = step
            self._abort()

    def _end(self, outcome: StepOutcome) -> None:
        self.outcomes[outcome.step.id] = outcome
        self._course.ended(outcome)
