"""What every verb has at hand: who is listening, what the user allowed, the engine, the ledger."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import TYPE_CHECKING

from envcheck.app.aftermath import bring_to_end
from envcheck.app.places import state_folder
from envcheck.app.state import engine_folder, holder, locked, open_ledger, settling
from envcheck.core.errors import EngineUnusable, Fix, UsageError
from envcheck.core.events import Asking, EngineFound, Note
from envcheck.doctor.diagnose import diagnose
from envcheck.doctor.facts import EngineFacts, Facts
from envcheck.doctor.symptom import Symptom
from envcheck.engine.client_facts import client_facts
from envcheck.engine.connecting import connect
from envcheck.engine.endpoint import Endpoint, resolve
from envcheck.host.facts import host_facts
from envcheck.host.packages import Packages
from envcheck.host.private import make_private
from envcheck.host.processes import own_mark
from envcheck.run.journal import Journal
from envcheck.run.ports import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from envcheck.core.deeds import Deed
    from envcheck.core.events import Emit
    from envcheck.core.plan import Act
    from envcheck.engine.client import DockerEngine
    from envcheck.run.ledger import Ledger

    Ask = Callable[[Sequence[str], str], bool]
    """Shows some lines and asks a question; None stands for: there is nobody to ask."""


@dataclass
class Session:
    """One run of one verb.

    Attributes:
        emit: hears everything that happens.
        ask: how to ask the user, or None without a terminal.
        terminal: whether somebody sits there, whatever was said to be agreed to.
        yes: whether all that would be asked is agreed to.
        instance: the name that a flag gives the instance, or nothing; see `app.instances`.
        command: the task's name, for those who must wait for it.
        packages: knows what the package managers of this machine could give.
        journal: what the run has done so far to the instance that it holds, or None.
    """

    emit: Emit
    ask: Ask | None = None
    yes: bool = False
    terminal: bool = False
    instance: str = ""
    command: str = ""
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    clock: SystemClock = field(default_factory=SystemClock)
    packages: Packages = field(default_factory=Packages)
    journal: Journal | None = field(default=None, init=False)
    _engine: DockerEngine | None = field(default=None, init=False)
    _ledger: Ledger | None = field(default=None, init=False)
    _folder: Path | None = field(default=None, init=False)
    _one: RLock = field(default_factory=RLock, init=False)
    _facts: Facts | None = field(default=None, init=False)
    _open: ExitStack = field(default_factory=ExitStack, init=False)

    def endpoint(self) -> Endpoint:
        """The engine that is meant.

        Raises:
            EngineUnusable: the context that is asked for does not exist.
        """
        return resolve(self.environ)

    def try_engine(self) -> DockerEngine | Symptom:
        """The engine, or what was seen when it could not be talked to."""
        if self._engine is None:
            answer = connect(self.endpoint(), self.environ, own_mark())
            if isinstance(answer, Symptom):
                return answer
            self._open.callback(answer.close)
            self.emit(EngineFound(answer.describe()))
            self._engine = answer
        return self._engine

    @property
    def connected(self) -> bool:
        """Whether the engine has answered; it is not asked for that."""
        return self._engine is not None

    def engine(self) -> DockerEngine:
        """The engine.

        Raises:
            EngineUnusable: it cannot be talked to; the error names the fault and its fix.
        """
        answer = self.try_engine()
        if isinstance(answer, Symptom):
            raise self.diagnose(answer)
        return answer

    def diagnose(self, symptom: Symptom) -> EngineUnusable:
        """The named fault, with the fix for this machine."""
        found = diagnose(replace(symptom, facts=self.facts()))
        if found is None:
            text = f"the Docker engine cannot be talked to: {symptom.endpoint}"
            return EngineUnusable(text, id="unknown", evidence=(symptom.text,))
        evidence = found.evidence or (symptom.text,)
        return EngineUnusable(found.what, id=found.id, evidence=evidence, fix=found.fix)

    def facts(self) -> Facts:
        """What is known of this machine, the client, and the engine if it answered."""
        if self._facts is None or (self._engine and not self._facts.engine.version):
            engine = self._engine.about.facts() if self._engine else EngineFacts()
            client = client_facts(self.environ)
            self._facts = Facts(host_facts(self.endpoint().socket), client, engine)
        return self._facts

    def look_again(self) -> None:
        """Forget the facts: something on the machine was changed."""
        self._facts = None

    def ledger(self) -> Ledger:
        """The ledger of the engine.

        Raises:
            StepFailed: its file cannot be made, or is none.
        """
        with self._one:  # acts ask for it, side by side
            if self._ledger is None:
                self._ledger = open_ledger(self.folder(), self.engine(), self.emit)
                self._open.callback(self._ledger.close)
            return self._ledger

    def folder(self) -> Path:
        """Where things are kept that concern this engine: made, and the user's alone.

        Raises:
            StepFailed: what is there belongs to somebody else, or is a link.
        """
        if self._folder is None:
            id = str(self.engine().info().get("ID") or self.endpoint().url)
            folder = engine_folder(self.environ, id)
            for kind in ("shared", "visits"):
                make_private(state_folder(self.environ), folder / "locks" / kind)
            self._folder = folder
        return self._folder

    @contextmanager
    def holding(self, instance: str, command: str) -> Iterator[Journal]:
        """Be the only one to change an instance, with a journal of what is done.

        Whoever comes second waits, and says for whom. What an earlier run was killed over is told.
        Within the context the same may be asked for again.

        Raises:
            StepFailed: another run does not end, or there can be no ledger.
        """
        if self.journal is not None and self.journal.instance == instance:
            yield self.journal
            return
        with locked(self.folder(), instance, command, self.emit):
            self._tell_broken_off(instance)
            self.journal = Journal(self.ledger(), instance, command)
            try:
                yield self.journal
            finally:
                self.journal.end()
                self.journal = None

    @contextmanager
    def settling(self, what: str, waiting: str = "") -> Iterator[None]:
        """Be the only one to settle what all instances share: their ports, images, recipes.

        ``waiting`` is said where somebody else does so right now, for what may take its time.

        Raises:
            StepFailed: somebody else does not come to an end with it.
        """
        with settling(self.folder(), what, lambda: self.emit(Note(waiting)) if waiting else None):
            yield

    def held_elsewhere(self) -> dict[int, str]:
        """The host ports of other instances that are being changed right now, and of which."""
        busy = {
            run.instance
            for run in self.ledger().runs()
            if not (self.journal and run.instance == self.journal.instance)
            and holder(self.folder(), run.instance) is not None
        }
        own = self.journal.instance if self.journal else ""
        held = self.ledger().held_by_others(own)
        return {host: instance for host, instance in held.items() if instance in busy}

    def _tell_broken_off(self, instance: str) -> None:
        """Tell of runs that were killed: who holds the lock knows that they are not under way."""
        for run in self.ledger().runs():
            if run.instance == instance:
                left = tuple(deed for deed in run.deeds if not deed.done)
                over = f"; it was about to {', '.join(map(str, left))}" if left else ""
                who = f"an earlier `{run.command}` (process {run.pid}, begun {run.begun})"
                self.emit(Note(f"{who} was killed{over}"))
                bring_to_end(self.engine(), instance, left)
                self.ledger().end_run(run.id)

    @contextmanager
    def doing(self, *deeds: Deed) -> Iterator[None]:
        """Have deeds on record while they are done, where there is a journal."""
        with self.journal.doing(*deeds) if self.journal else nullcontext():
            yield

    def recording(self, perform: Callable[[Act], None]) -> Callable[[Act], None]:
        """What does an act, with the journal kept where there is one."""
        return self.journal.recording(perform) if self.journal else perform

    def agree(self, lines: Sequence[str], question: str, *, id: str) -> None:
        """Go on only if the user agrees.

        Raises:
            UsageError: the user does not, or there is nobody to ask and no ``--yes``.
        """
        if self.yes:
            return
        if self.ask is None:
            fix = Fix("look at what would be done, and say yes with --yes", tuple(lines))
            raise UsageError(
                f"{question} There is no terminal to ask on, so nothing was done", id=id, fix=fix
            )
        self.emit(Asking(question))
        if not self.ask(lines, question):
            raise UsageError("not agreed to, so nothing was done", id=id)

    def close(self) -> None:
        """Let go of the engine and the ledger."""
        self._open.close()
