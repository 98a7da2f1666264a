"""Getting images: pulling, and building: the recipes' base, recipes, the profile's own."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envcheck.core import plan as p
from envcheck.core.dockerfile import rebased
from envcheck.core.errors import Fix, StepFailed
from envcheck.core.events import Action, Change, Changed, Emit, ImageProgress, ImageReady
from envcheck.core.spec import Label
from envcheck.engine.build import BuildOptions
from envcheck.engine.context_files import read_context
from envcheck.images.pulling import Puller
from envcheck.images.recipe_builds import build_base, build_recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envcheck.core.events import Source
    from envcheck.core.login import Login
    from envcheck.engine.client import DockerEngine
    from envcheck.run.ports import Clock, Progress


class Obtainer:
    """Does the image acts of a plan, and tells what came of each."""

    def __init__(
        self,
        engine: DockerEngine,
        emit: Emit,
        clock: Clock,
        login: Callable[[str], Login | None],
    ) -> None:
        self._engine = engine
        self._emit = emit
        self._puller = Puller(engine, clock, login)

    def __call__(self, act: p.Act) -> None:
        """Do one image act.

        Raises:
            EnvcheckError: it could not be done.
        """
        begun = time.monotonic()
        match act:
            case p.PullImage():
                tag, note = self._puller.pull(act, self._progress(act.pin))
                self._done(act.pin, tag, "registry", begun, note)
            case p.BuildBase():
                build_base(self._engine, act, self._progress(act.pin))
                self._done(act.pin, act.tag, "recipe", begun)
            case p.BuildRecipe():
                tag, note = build_recipe(self._engine, act, self._progress(act.pin))
                self._done(act.pin, tag, "recipe", begun, note)
            case p.BuildImage():
                self._build_image(act)
                self._done(
                    act.pin, act.tag, "build", begun, f"from {_shown(act.folder)}/Dockerfile"
                )
            case _:
                raise StepFailed(f"not an act on images: {act}", id="bug.unknown-act")

    def _progress(self, image: str) -> Progress:
        def tell(phase: str, done: int | None, total: int | None) -> None:
            self._emit(ImageProgress(image, phase, done, total))

        return tell

    def _done(self, pin: str, tag: str, source: Source, begun: float, note: str = "") -> None:
        facts = self._engine.inspect_image(tag)
        digest = facts.digest if facts else ""
        action: Action = "pulled" if source == "registry" else "built"
        self._emit(Changed(Change(action, "image", tag)))
        seconds = time.monotonic() - begun
        self._emit(ImageReady(pin, tag, source, digest, seconds, note, fresh=True))

    def _build_image(self, act: p.BuildImage) -> None:
        # A label that differs from build to build would make every later layer anew.
        stable = {name: text for name, text in act.labels.items() if name != Label.FINGERPRINT}
        context = read_context(act.folder)
        text = rebased(context.dockerfile, act.bases, stable)
        labelled = context.with_file("Dockerfile", text.encode())
        options = BuildOptions(act.labels, offline=act.offline)
        with _named_offline(act):
            self._engine.build(act.tag, labelled, options, self._progress(act.pin))


@contextmanager
def _named_offline(act: p.BuildImage) -> Iterator[None]:
    """Say of a build that fails without a network that it had none."""
    try:
        yield
    except StepFailed as error:
        if not act.offline or error.id != "image.build-failed":
            raise
        raise StepFailed(
            f"{error.what} (built without a network, as --offline demands)",
            id="offline.build-failed",
            evidence=error.evidence,
            fix=Fix("get the image with a bundle, or build it once where there is a network"),
        ) from error


def _shown(folder: str) -> str:
    """The folder as a person here would type it."""
    shown = os.path.relpath(folder)
    return folder if shown.startswith("..") else shown
