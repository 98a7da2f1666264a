"""Pulling one image: from a mirror where one has it, and again where it fails for what passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import EnvcheckError
from envcheck.core.mirrors import home_of
from envcheck.images.patience import BROKEN, TRANSIENT, Patience
from envcheck.images.piecemeal import Piecemeal
from envcheck.images.silence import Silence
from envcheck.images.trying import persist

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.core.login import Login
    from envcheck.core.plan import PullImage
    from envcheck.core.reference import Reference
    from envcheck.engine.client import DockerEngine
    from envcheck.run.ports import Clock, Progress


class Puller:
    """Pulls images with an engine."""

    def __init__(
        self,
        engine: DockerEngine,
        clock: Clock,
        login: Callable[[str], Login | None],
        silence: Silence | None = None,
    ) -> None:
        self._engine = engine
        self._login = login
        self._clock = clock
        self._silence = silence or Silence(clock)

    def pull(self, act: PullImage, progress: Progress) -> tuple[str, str]:
        """Get an image: the name that it has on the engine, and a note on where it came from.

        Raises:
            RegistryUnreachable: no registry answered.
            StepFailed: anything else that went wrong; what passes was waited for before.
        """
        note = ""
        if act.mirror is not None:
            try:
                self._persist(act.mirror, act, progress)
            except EnvcheckError as error:
                note = f"mirror {home_of(act.mirror).host} failed: {error.what}"
            else:
                return self._named(act, act.mirror), f"from mirror {home_of(act.mirror).host}"
        self._persist(act.reference, act, progress)
        return str(act.reference), note

    def _named(self, act: PullImage, mirror: Reference) -> str:
        """Give what came from a mirror the name that it has everywhere else.

        What is pinned by its digest is known by that, whatever repository it came from.
        """
        if act.reference.digest:
            return str(mirror)
        self._engine.tag_image(str(mirror), str(act.reference))
        return str(act.reference)

    def _persist(self, name: Reference, act: PullImage, progress: Progress) -> None:
        # Without an answer so far, one of the engine's own mirrors is hoped for.
        patience = Patience(TRANSIENT if act.digest else BROKEN)
        bar = _Forwards(progress, act.size)

        def tell(phase: str, done: int | None, total: int | None) -> None:
            self._silence.heard()
            bar(phase, done, total)

        def pull() -> None:
            # What had come of a pull that the engine gave up is lost with it, so that a further
            # try would begin anew: then we fetch the layers, and keep what has come.
            if bar.begun:
                pieces.bring(act.digest, tell)
            self._engine.pull(name, tell, lambda cut: self._silence.broken(cut, str(name)))

        with Piecemeal(self._engine, self._clock, self._login, name) as pieces:
            persist(pull, patience, self._clock, bar.say)


class _Forwards:
    """Passes progress on so that it never goes back, whatever a further try begins with."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress = progress
        self._done = 0
        self._total = total

    def __call__(self, phase: str, done: int | None, total: int | None) -> None:
        self._done = max(self._done, done or 0)
        # The engine's own sum leaves out what is here already, and comes late.
        self._total = total or self._total
        if self._total is not None:
            self._done = min(self._done, self._total)
        self._progress(phase, self._done or None, self._total if self._done else None)

    @property
    def begun(self) -> bool:
        """Whether anything has come."""
        return self._done > 0

    def say(self, phase: str) -> None:
        """Tell of a phase in which nothing comes."""
        self(phase, None, None)
