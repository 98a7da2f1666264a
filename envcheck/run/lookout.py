"""The lookout: what happens to containers ends the waits of those who wait for them, at once."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from envcheck.core.errors import EnvcheckError
from envcheck.run.executor import aside, beside, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envcheck.run.executor import Pending
    from envcheck.run.ports import Clock, Engine, Happening

    Aside = Callable[[Callable[[], object], Callable[[], None]], Pending[object]]

T = TypeVar("T")

_OPENING = 5.0
"""Seconds in which an engine must begin to tell; the stream itself has no limit."""


class Lookout:
    """Hears what happens to containers. Nothing depends on hearing it: it only saves time.

    Args:
        clock: whose waits it ends.
        aside: how to make a call that may be left behind.
    """

    def __init__(self, clock: Clock, aside: Aside = aside) -> None:
        self.clock = clock
        self.aside = aside
        self._happened: Counter[str] = Counter()
        self._ended: Counter[str] = Counter()
        self._at_each_end: Callable[[str], object] = lambda _container: None
        self._lock = Lock()

    def at_each_end(self, call: Callable[[str], object]) -> None:
        """Have this called with the name of each container whose main process has ended."""
        self._at_each_end = call

    def hear(self, happening: Happening) -> None:
        """Something happened."""
        with self._lock:
            self._happened[happening.container] += 1
            if happening.action == "die":
                self._ended[happening.container] += 1
        self.clock.wake()
        if happening.action == "die":
            self._at_each_end(happening.container)

    def happened(self, container: str) -> int:
        """How many things have happened to a container so far."""
        with self._lock:
            return self._happened[container]

    def ended(self, container: str) -> int:
        """How often a container's main process has ended, for all that was heard."""
        with self._lock:
            return self._ended[container]

    def post(self, container: str) -> Post:
        """The place from which one container is waited for."""
        return Post(self, container)


class Post:
    """Waits for one container; fulfils `run.ports.Pauses`."""

    def __init__(self, lookout: Lookout, container: str) -> None:
        self._lookout = lookout
        self._container = container
        self._known = -1  # so that there is news at first

    def now(self) -> float:
        """Seconds on a clock that never goes backwards."""
        return self._lookout.clock.now()

    def wait(self, seconds: float) -> None:
        """Let that time pass, or less where something happens to the container.

        Raises:
            Stopped: the run was interrupted.
        """
        self._lookout.clock.wait(seconds, until=self._has_news)

    def news(self) -> bool:
        """Whether something has happened since this was last asked."""
        happened = self._lookout.happened(self._container)
        news, self._known = happened != self._known, happened
        return news

    def ask(self, call: Callable[[], T], *, seconds: float) -> T | None:
        """Make a call, but do not wait for it any longer when the container dies.

        A client that talks to a container which has just died may wait for its whole time-out.

        Returns:
            What it returned; None where the container died, or the seconds passed, before it did.
        """
        answer: list[T] = []
        before = self._lookout.ended(self._container)

        def in_vain() -> bool:
            return self._lookout.ended(self._container) != before

        pending = self._lookout.aside(lambda: answer.append(call()), self._lookout.clock.wake)
        self._lookout.clock.wait(seconds, until=lambda: pending.done() or in_vain())
        if not pending.done():
            return None
        pending.result()
        return answer[0]

    def _has_news(self) -> bool:
        return self._lookout.happened(self._container) != self._known


@contextmanager
def listening(lookout: Lookout, engine: Engine, instance: str) -> Iterator[None]:
    """Have the lookout hear what happens to an instance's containers during the context.

    An engine that cannot tell is no obstacle: containers are looked at now and then as well.
    """
    with hearing(lookout.hear, engine, instance):
        yield


@contextmanager
def hearing(hear: Callable[[Happening], None], engine: Engine, instance: str) -> Iterator[None]:
    """Have this told what happens to an instance's containers, or to all of ours, meanwhile.

    Where the engine cannot tell, nothing is told.
    """
    try:
        happenings = within(_OPENING, lambda: engine.happenings(instance))
    except (EnvcheckError, TimeoutError):
        yield
        return

    def pass_on() -> None:
        for happening in happenings:
            hear(happening)

    with beside(pass_on, happenings.close):
        yield
