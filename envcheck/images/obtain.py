"""Getting images: pulling, and building: the recipes' base, recipes, the profile's own."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core import plan as p
from envcheck.core.dockerfile import rebased
from envcheck.core.errors import Fix, ObjectConflict, StepFailed
from envcheck.core.events import Action, Change, Changed, Emit, ImageProgress, ImageReady
from envcheck.core.spec import Label
from envcheck.engine.build import BuildOptions
from envcheck.engine.context_files import read_context
from envcheck.host.rootfs import root_filesystem
from envcheck.images.recipes import recipes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.context import BuildContext
    from envcheck.core.events import Source
    from envcheck.engine.client import DockerEngine
    from envcheck.run.ports import Progress

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_CERTIFICATES = "ca-certificates.crt"
_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


class Obtainer:
    """Does the image acts of a plan, and tells what came of each."""

    def __init__(self, engine: DockerEngine, emit: Emit) -> None:
        self._engine = engine
        self._emit = emit
        self._base = threading.Lock()

    def __call__(self, act: p.Act) -> None:
        """Do one image act.

        Raises:
            EnvcheckError: it could not be done.
        """
        begun = time.monotonic()
        match act:
            case p.PullImage():
                self._engine.pull(act.reference, self._progress(act.pin))
                self._done(act.pin, str(act.reference), "registry", begun)
            case p.BuildBase():
                self._build_base(act)
                self._done(act.pin, act.tag, "recipe", begun)
            case p.BuildRecipe():
                tag, note = self._build_recipe(act)
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

    def _build_base(self, act: p.BuildBase) -> None:
        with root_filesystem(act.suite, self._progress(act.pin)) as archive:
            self._engine.import_image(act.tag, archive, act.labels)

    def _build_recipe(self, act: p.BuildRecipe) -> tuple[str, str]:
        recipe = recipes()[act.recipe]
        context = recipe.context().with_file(_CERTIFICATES, _certificates())
        # Not the final tag: what was really built is known only afterwards.
        name, _, version = act.tag.rpartition(":")
        candidate = f"{name}:candidate-{version}"
        # Packages come as the host gets them: by its network and its proxies.
        proxies = {name: os.environ[name] for name in _PROXIES if name in os.environ}
        options = BuildOptions(act.labels, {**proxies, **act.arguments}, host_network=True)
        labelled = _labelled(context, {}, act.labels)
        self._engine.build(candidate, labelled, options, self._progress(act.pin))
        try:
            return self._settle(act, candidate)
        finally:
            self._engine.remove_image(candidate)
            self._remove_stages(act)

    def _settle(self, act: p.BuildRecipe, candidate: str) -> tuple[str, str]:
        """Give the image the tag of what it really is; that tag, and a note on it."""
        recipe = recipes()[act.recipe]
        name, _, asked = act.tag.rpartition(":")
        built = asked
        if recipe.version_command:
            ran = self._engine.run_once(candidate, act.labels, recipe.version_command)
            built = recipe.version_in(ran.output)
            if ran.exit_code != 0 or not built:
                raise StepFailed(
                    f"the image built for {act.pin} does not tell its version",
                    id="recipe.no-version",
                    evidence=ran.output.splitlines()[-5:],
                )
        if built.split(".")[0] != asked.split(".")[0]:
            raise StepFailed(
                f"{act.pin} was asked for, and the packages give {built}: another major version",
                id="recipe.other-major",
                fix=Fix("pin what the packages give, or get the image from its registry"),
            )
        tag = f"{name}:{built}"
        self._refuse_foreign(tag)
        self._engine.tag_image(candidate, tag)
        note = "" if built == asked else f"the packages have moved on: this is {built}"
        return tag, note or f"from packages: {recipe.describes}"

    def _refuse_foreign(self, tag: str) -> None:
        there = self._engine.inspect_image(tag)
        if there is not None and Label.RECIPE not in there.labels:
            raise ObjectConflict(
                f"there is an image named '{tag}' already, and it is not ours",
                id="docker.name-taken",
                evidence=(f"image {tag} does not bear the label {Label.RECIPE}",),
                fix=Fix("look at it, and remove its name yourself", (f"docker rmi {tag}",)),
            )

    def _remove_stages(self, act: p.BuildRecipe) -> None:
        for image in self._engine.dangling(Label.RECIPE, act.labels[Label.RECIPE]):
            self._engine.remove_image(image)

    def _build_image(self, act: p.BuildImage) -> None:
        # A label that differs from build to build would make every later layer anew.
        stable = {name: text for name, text in act.labels.items() if name != Label.FINGERPRINT}
        context = _labelled(read_context(act.folder), act.bases, stable)
        self._engine.build(act.tag, context, BuildOptions(act.labels), self._progress(act.pin))


def _shown(folder: str) -> str:
    """The folder as a person here would type it."""
    shown = os.path.relpath(folder)
    return folder if shown.startswith("..") else shown


def _labelled(
    context: BuildContext, bases: Mapping[str, str], labels: Mapping[str, str]
) -> BuildContext:
    text = rebased(context.dockerfile, bases, labels)
    return context.with_file("Dockerfile", text.encode())


def _certificates() -> bytes:
    """The authorities that this machine trusts; empty where it keeps them elsewhere."""
    return _BUNDLE.read_bytes() if _BUNDLE.is_file() else b""
