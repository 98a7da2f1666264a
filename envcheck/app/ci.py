"""ci init: a workflow that runs the project's command in CI with a profile's services up."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.loading import load
from envcheck.app.offering import offer, refuse_there
from envcheck.core import events as ev
from envcheck.core.ci_files import SYSTEMS, Job, file_of, includes, workflow
from envcheck.core.errors import Fix, UsageError
from envcheck.core.first.dependencies import names_package, toml
from envcheck.host.project_files import texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envcheck.app.offering import Offered
    from envcheck.app.session import Session

_FILES = ("pyproject.toml", "requirements*.txt", "pytest.ini", "inv")
_USE = "envcheck ci init github|gitlab [PROFILE] [-- COMMAND]"
_ROOT = Path(".gitlab-ci.yml")


def ci_init(
    session: Session, action: str, system: str, name: str, command: Sequence[str]
) -> tuple[Offered, ...]:
    """Offer a workflow for a profile.

    Args:
        session: this run.
        action: must be ``init``.
        system: ``github`` or ``gitlab``.
        name: the profile.
        command: what to run; pytest, where that is what the project has, unless given.

    Returns:
        What is offered; for GitLab also the file that includes it, where there is none yet.

    Raises:
        UsageError: it is not known what to do; or the file is there; or it was not agreed to.
    """
    if action != "init" or system not in SYSTEMS:
        told = f"'{action} {system}'".replace(" '", "'") if action else "nothing was given"
        text = f"ci can do one thing, `init` for one of {', '.join(SYSTEMS)}, and {told} is not it"
        raise UsageError(text, id="ci.which-action", fix=Fix("such as:", (_USE,)))
    profile = load(session, name)
    session.emit(ev.Started("ci init", profile.name))
    found = texts(Path.cwd(), _FILES)
    path = Path(file_of(system, profile.name))
    refuse_there(path, id="ci.exists", fix=Fix("remove it first, or change it by hand"))
    words = shlex.join(command) or _usual_command(system, found)
    job = Job(Path(profile.file).stem, _program(found), [*_install(system, found)], words)
    offered = [offer(session, path, workflow(system, job))]
    if system == "gitlab" and not _ROOT.exists():
        offered.append(offer(session, _ROOT, includes(job.profile)))
    return tuple(offered)


def _usual_command(system: str, found: Mapping[str, str]) -> str:
    if "pytest.ini" in found or names_package(found, "pytest"):
        return "python -m pytest"
    raise UsageError(
        "which command shall it run? None is known here",
        id="ci.which-command",
        fix=Fix("give it after two dashes:", (f"envcheck ci init {system} -- npm test",)),
    )


def _program(found: Mapping[str, str]) -> str:
    return "./inv" if "envcheck.cli" in found.get("inv", "") else "envcheck"


def _install(system: str, found: Mapping[str, str]) -> list[str]:
    """The commands that install envcheck and the project's own packages."""
    steps = []
    if system == "gitlab":  # a runner's machine is not ours to install into
        steps += ["python3 -m venv .venv", ". .venv/bin/activate"]
    files = [name for name in sorted(found) if name.startswith("requirements")]
    wanted = [f"-r {name}" for name in files]
    if not wanted and "project" in toml(found.get("pyproject.toml", "")):
        wanted = ["-e ."]
    if not names_package(found, "envcheck") and _program(found) == "envcheck":
        wanted.append('"${ENVCHECK:-envcheck}"')  # from elsewhere than PyPI: say so in ENVCHECK
    if wanted:
        steps.append(f"python -m pip install {' '.join(wanted)}")
    return steps or ["true"]
