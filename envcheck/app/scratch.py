"""Databases beside those of an instance's services, each for one user of it, such as a test."""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from envcheck.app.state import claimed
from envcheck.core.errors import EnvcheckError, StepFailed, UsageError
from envcheck.host.locks import Held
from envcheck.run.executor import aside
from envcheck.services.catalogue import KINDS
from envcheck.services.kind import NotReady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from envcheck.engine.client import DockerEngine
    from envcheck.run.executor import Pending
    from envcheck.services.kind import Access
    from envcheck.services.scratch import Around, Database, Scratch

_ASIDE = 8
"""So many may be dropped at a time while others are used; more would grow without an end."""


@dataclass(frozen=True)
class Server:
    """A service in which databases are made.

    Attributes:
        access: how it is reached.
        engine: where its container runs.
        folder: what is kept of that engine, see `app.state`.
    """

    service: str
    kind: str
    instance: str
    container: str
    access: Access
    engine: DockerEngine
    folder: Path


@dataclass
class _Around:
    """What a kind cannot do through its port; a name is taken as a file that is locked."""

    server: Server
    _taken: dict[str, ExitStack] = field(default_factory=dict)

    def take(self, name: str) -> bool:
        """Take a name for this process."""
        what = f"database-{self.server.instance}-{self.server.service}-{name}"
        stack = ExitStack()
        try:
            stack.enter_context(claimed(self.server.folder, what))
        except Held:
            return False
        self._taken[name] = stack
        return True

    def give(self, name: str) -> None:
        """Give it back."""
        if name in self._taken:
            self._taken.pop(name).close()

    def execute(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run a command in the service's container."""
        ran = self.server.engine.execute(self.server.container, command, environment)
        if ran.exit_code != 0:
            raise NotReady(" ".join(ran.output.split()) or f"exit code {ran.exit_code}")


class Databases:
    """The databases that this process makes in one service; from any thread.

    Args:
        scratch: makes them.
        failed: the error for what the service said.
    """

    def __init__(self, scratch: Scratch, failed: Callable[[NotReady], EnvcheckError]) -> None:
        self._scratch = scratch
        self._failed = failed
        self._lock = Lock()
        self._going: deque[Pending[None]] = deque()
        self._spare: Pending[Database] | None = None
        self._asked = 0

    @contextmanager
    def one(self) -> Iterator[Database]:
        """A database for the context, as the profile's own was, or empty.

        Raises:
            EnvcheckError: there can be none.
        """
        try:
            made = self._made()
        except NotReady as error:
            raise self._failed(error) from None
        try:
            yield made
        finally:
            self._drop(made.name)

    def _made(self) -> Database:
        """The one that was made ahead, and from the second on another one ahead."""
        with self._lock:
            spare, self._spare = self._spare, None
            self._asked += 1
            ahead = self._scratch.slow and self._asked > 1
        try:
            made = spare.result() if spare is not None else self._scratch.make()
        except NotReady:
            if spare is None:
                raise
            made = self._scratch.make()  # it may be well by now
        if ahead:
            with self._lock:
                self._spare = self._spare or aside(self._scratch.make, _nothing)
        return made

    def _drop(self, name: str) -> None:
        """Drop it while other work goes on; or at once where it is only to be emptied."""
        if not self._scratch.slow:
            self._gone(name)
            return
        with self._lock:
            while len(self._going) >= _ASIDE:
                self._going.popleft().result()
            self._going.append(aside(partial(self._gone, name), _nothing))

    def _gone(self, name: str) -> None:
        with suppress(NotReady):  # what stays goes with the others at the end
            self._scratch.drop(name)

    def settle(self) -> None:
        """Wait for what is being made and dropped; nothing is asked for any more."""
        with self._lock:
            if self._spare is not None:
                with suppress(NotReady):
                    self._spare.result()
            while self._going:
                self._going.popleft().result()


def _nothing() -> None:
    pass


@contextmanager
def databases(server: Server) -> Iterator[Databases]:
    """Make databases during the context; at its end none of them is left.

    Raises:
        UsageError: the service's kind has no such thing.
        StepFailed: the service did not do it.
    """
    make = _maker(server)

    def failed(error: NotReady) -> EnvcheckError:
        text = f"{server.service} could not make a database of its own: {error}"
        return StepFailed(text, id="service.no-database")

    with ExitStack() as stack:
        try:
            scratch = stack.enter_context(make(server.access, _Around(server)))
        except NotReady as error:
            raise failed(error) from None
        found = Databases(scratch, failed)
        stack.callback(found.settle)
        yield found


def _maker(server: Server) -> Callable[[Access, Around], AbstractContextManager[Scratch]]:
    make = KINDS[server.kind].scratch
    if make is None:
        able = " and ".join(name for name, kind in KINDS.items() if kind.scratch)
        text = f"{server.service} is of kind {server.kind}; a database for one test can be had of"
        raise UsageError(f"{text} {able} only", id="service.no-database")
    return make
