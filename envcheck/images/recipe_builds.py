"""Building recipes: the base of them all, and the stand-in for an official image."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.dockerfile import rebased
from envcheck.core.errors import ObjectConflict, StepFailed
from envcheck.core.foreign import Foreign, taken
from envcheck.core.offers import other_major
from envcheck.core.recipe import asked_version, fits, major
from envcheck.core.recipe import candidate as candidate_of
from envcheck.core.spec import Label
from envcheck.engine.build import BuildOptions
from envcheck.host.rootfs import root_filesystem

if TYPE_CHECKING:
    from envcheck.core.plan import BuildBase, BuildRecipe
    from envcheck.engine.client import DockerEngine
    from envcheck.run.ports import Progress

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_CERTIFICATES = "ca-certificates.crt"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")


def build_base(engine: DockerEngine, act: BuildBase, progress: Progress) -> None:
    """Make the base image of all recipes.

    Raises:
        StepFailed: it could not be made.
    """
    with root_filesystem(act.suite, progress) as archive:
        engine.import_image(act.tag, archive, act.labels)


def build_recipe(engine: DockerEngine, act: BuildRecipe, progress: Progress) -> tuple[str, str]:
    """Build a recipe's image; the tag of what it really is, and a note on it.

    Raises:
        StepFailed: it could not be built, or is another major version than was asked for.
        ObjectConflict: somebody else's image has the name that it must get.
    """
    own = bool(act.recipe.own)
    context = act.recipe.context.with_file(_CERTIFICATES, _certificates())
    # Not the final tag: what was really built is known only afterwards.
    candidate = candidate_of(act.tag)
    # Packages come as the host gets them: by its network and its proxies. A project's own recipe
    # gets neither that network nor the passwords of proxies.
    arguments = {**_proxies(passwords=not own), **act.arguments}
    options = BuildOptions(act.labels, arguments, host_network=not own)
    text = rebased(context.dockerfile, {}, act.labels)
    labelled = context.with_file("Dockerfile", text.encode())
    engine.build(candidate, labelled, options, progress)
    try:
        return _settle(engine, act, candidate)
    finally:
        engine.remove_image(candidate)
        _remove_stages(engine, act)


def _proxies(*, passwords: bool) -> dict[str, str]:
    found = {name: os.environ[name] for name in _PROXIES if name in os.environ}
    return {name: value for name, value in found.items() if passwords or "@" not in value}


def _settle(engine: DockerEngine, act: BuildRecipe, candidate: str) -> tuple[str, str]:
    """Give the image the tag of what it really is; that tag, and a note on it."""
    asked = asked_version(act.reference)
    built = _version_of(engine, act, candidate) if act.recipe.version_command else asked
    if major(built) != major(asked):
        raise other_major(act.reference, built)
    tag = f"{act.reference.local_twin.name}:{built}"
    _refuse_foreign(engine, tag)
    engine.tag_image(candidate, tag)
    if not fits(asked, built):
        return tag, f"the packages have moved on: this is {built}"
    return tag, f"from packages: {act.recipe.describes}"


def _version_of(engine: DockerEngine, act: BuildRecipe, candidate: str) -> str:
    """The version that was really built, as the image tells it."""
    ran = engine.run_once(candidate, act.labels, act.recipe.version_command)
    built = act.recipe.version_in(ran.output)
    if ran.exit_code != 0 or not _TAG.fullmatch(built):
        raise StepFailed(
            f"the image built for {act.pin} does not tell its version",
            id="recipe.no-version",
            evidence=ran.output.splitlines()[-5:],
        )
    return built


def _refuse_foreign(engine: DockerEngine, tag: str) -> None:
    there = engine.inspect_image(tag)
    if there is not None and Label.RECIPE not in there.labels:
        raise taken((Foreign("image", tag),))


def _remove_stages(engine: DockerEngine, act: BuildRecipe) -> None:
    """Remove what is left without a name: earlier stages, and what an older recipe had built.

    What a container uses stays until that is made anew; `clean` removes it.
    """
    for image in engine.dangling(Label.RECIPE, act.labels[Label.RECIPE]):
        with suppress(ObjectConflict):
            engine.remove_image(image)


def _certificates() -> bytes:
    """The authorities that this machine trusts; empty where it keeps them elsewhere."""
    return _AUTHORITIES.read_bytes() if _AUTHORITIES.is_file() else b""
