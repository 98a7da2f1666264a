"""Whether the services of instances answer right now, whoever's they are and wherever from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from envcheck import __version__
from envcheck.app.checking.running import running
from envcheck.app.loading import load_file
from envcheck.core.errors import EnvcheckError, ProfileInvalid
from envcheck.core.spec import Owner
from envcheck.host.profiles import profiles_in
from envcheck.run.lookout import Lookout
from envcheck.run.readiness import ServiceUnready, await_ready

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.profile import Profile
    from envcheck.run.readiness import Target

Word = Literal["healthy", "unhealthy", "unknown"]

SECONDS = 5.0
"""How long a service may take to answer; one that is well does so in some milliseconds."""


@dataclass(frozen=True)
class Health:
    """How a service is: whether it answers, and what was heard where it does not."""

    word: Word
    said: str = ""


def profile_of(session: Session, name: str, root: str, instance: str) -> Profile | str:
    """The profile that an instance was made from, or why it cannot be read here."""
    if not Path(root).is_dir():
        return f"its folder {root} is gone, or on another machine"
    why = f"there is no profile {name} in {root} any more"
    for file in _likely_first(profiles_in(Path(root)), name):
        found = _read(session, file, instance)
        if isinstance(found, str):
            why = found
        elif found.name == name:
            return found
    return why


def _read(session: Session, file: Path, instance: str) -> Profile | str:
    try:
        return load_file(session, file, instance)
    except ProfileInvalid as error:
        return f"{file} has mistakes: {error.problems[0].message}" if error.problems else error.what
    except EnvcheckError as error:
        return error.what


def _likely_first(files: Iterable[Path], name: str) -> list[Path]:
    return sorted(files, key=lambda file: (file.stem != name, file.name))


def targets_of(profile: Profile, instance: str, observed: Observed) -> dict[str, Target]:
    """The services of an instance that can be asked, since their containers run."""
    owner = Owner(profile.name, instance, profile.root, __version__)
    found = running(profile, owner, observed, seconds=SECONDS)
    states = {seen.name: seen.state for seen in observed.containers}
    return {name: each for name, each in found.items() if states[each.container] == "running"}


def ask(session: Session, target: Target) -> Health:
    """Ask a service that runs, as its real client would."""
    # What version it is was asked when it came up, and costs a command in the container.
    kind = replace(target.kind, version_command=())
    post = Lookout(session.clock).post(target.container)
    try:
        await_ready(
            replace(target, kind=kind), session.engine(), post, lambda _event: None, settled=True
        )
    except ServiceUnready as error:
        return Health("unhealthy", error.heard or error.what)
    except EnvcheckError as error:
        return Health("unknown", error.what)
    return Health("healthy")
