"""Seeds: a service's database filled from files, through its own client, before it is called ready.

What the volume's mark says is true at every moment: begun before the first file is applied, done
after the last. What is between is thrown away by the next `up`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from envcheck.core import events as ev
from envcheck.core.errors import Fix, ObjectConflict
from envcheck.core.seeding import Mark, mark_text
from envcheck.run.poll import poll
from envcheck.run.ports import Content
from envcheck.run.readiness import ServiceUnready, await_ready, died

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.core.seeding import Seed, SeedFile
    from envcheck.run.lookout import Post
    from envcheck.run.ports import Contents, Engine, Ran
    from envcheck.run.readiness import Target

T = TypeVar("T")

_SHOWN_LINES = 20
_LEAST = 0.1  # seconds; no question is worth less
_TIDYING = 10.0  # seconds for taking a file away; one that stays does no harm


def mark_volume(engine: Engine, container: str, path: str, mark: Mark) -> None:
    """Write a volume's mark, through the container that has it."""
    text = mark_text(mark).encode()
    engine.put_file(container, path, Content(len(text), lambda: iter([text])))


@dataclass(frozen=True)
class Seeding:
    """The work of filling one service's database.

    Attributes:
        contents: gives what is in a file.
        emit: hears which file is under way.
    """

    target: Target
    seed: Seed
    engine: Engine
    post: Post
    contents: Contents
    emit: ev.Emit

    def do(self) -> None:
        """Wait for the server, and apply every file.

        Raises:
            ServiceUnready: the server did not answer, or a file could not be applied.
            StepFailed: the engine could not do it.
        """
        self._await_server()
        self._mark(Mark("begun", self.seed.fingerprint))
        end = self.post.now() + self.seed.seconds
        for file in self.seed.files:
            self.emit(ev.ServiceProgress(self.target.service.name, "seeding", file.name))
            self._apply(file, end)
        self._mark(Mark("done", self.seed.fingerprint))

    def _mark(self, mark: Mark) -> None:
        mark_volume(self.engine, self.target.container, self.seed.mark, mark)

    def _await_server(self) -> None:
        """Wait until the server can be talked to; what `verify` asks may need the seed."""
        service = replace(self.target.service, verify=(), stable_for=0.0)
        server = replace(self.target, service=service)
        ready = await_ready(server, self.engine, self.post, self.emit)
        # Without a published port that says no more than that its container runs.
        if not ready.endpoint and not self._pinged():
            raise self._too_late(f"its server did not answer in {service.timeout:.0f} s")

    def _pinged(self) -> bool:
        def ping() -> bool | None:
            ran = self._ask(lambda: self._run(self.seed.ping), self.target.service.timeout)
            return True if ran is not None and ran.exit_code == 0 else None

        return poll(ping, seconds=self.target.service.timeout, clock=self.post) is not None

    def _apply(self, file: SeedFile, end: float) -> None:
        content = self._within(file, end, lambda: self._content(file))
        ran = self._within(file, end, lambda: self._put_and_run(file, content))
        self._see_alive()
        # It may be large, and nobody needs it there any more.
        remove = ("rm", "-f", file.inside)
        self._ask(lambda: self.engine.execute(self.target.container, remove), _TIDYING)
        if ran.exit_code != 0:
            raise self._refused(file, ran)

    def _content(self, file: SeedFile) -> Content:
        try:
            return self.contents(file)
        except (OSError, EOFError, zlib.error) as error:
            what = f"its seed {file.name} cannot be read: {error}"
            advice = f"replace {file.name}; the next `up` begins anew, with an empty database"
            raise self._unready(what, "service.seed-unreadable", advice) from error

    def _put_and_run(self, file: SeedFile, content: Content) -> Ran:
        self.engine.put_file(self.target.container, file.inside, content)
        return self._run(file.command)

    def _run(self, command: tuple[str, ...]) -> Ran:
        return self.engine.execute(self.target.container, command, self.seed.environment)

    def _within(self, file: SeedFile, end: float, call: Callable[[], T]) -> T:
        answer = self._ask(call, end - self.post.now())
        if answer is None:
            what = f"its seed {file.name} was not applied after {self.seed.seconds:.0f} s"
            raise self._too_late(what)
        return answer

    def _ask(self, call: Callable[[], T], seconds: float) -> T | None:
        """Make a call that ends with the container's life; its death is raised."""
        try:
            answer = self.post.ask(call, seconds=max(seconds, _LEAST))
        except ObjectConflict:
            # No command can be run in a container that has ended meanwhile.
            self._see_alive()
            raise
        if answer is None:
            self._see_alive()
        return answer

    def _see_alive(self) -> None:
        state = self.engine.inspect_container(self.target.container)
        if not state.alive:
            raise died(self.target, state, self.engine)

    def _too_late(self, what: str) -> ServiceUnready:
        return self._unready(
            what,
            "service.seed-timeout",
            "if it only needs longer, set `timeout:` in the profile; the next `up` begins anew",
        )

    def _refused(self, file: SeedFile, ran: Ran) -> ServiceUnready:
        """The client's own words, with the file's name in the place of ours for it."""
        said = [line.rstrip() for line in ran.output.replace(file.inside, file.name).splitlines()]
        first = next(
            (line for line in said if "error" in line.lower()), f"exit code {ran.exit_code}"
        )
        return self._unready(
            f"its seed was not applied: {first}",
            "service.seed-failed",
            f"correct {file.name}; the next `up` begins anew, with an empty database",
            said[:_SHOWN_LINES],
        )

    def _unready(
        self, what: str, id: str, advice: str, evidence: Sequence[str] = ()
    ) -> ServiceUnready:
        state = self.engine.inspect_container(self.target.container)
        return ServiceUnready(what, id=id, evidence=evidence, fix=Fix(advice), state=state)
