"""init: a first profile, from what the project's files say; nothing is overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.offering import offer, refuse_there
from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.first.compose import fit_name
from envcheck.core.first.newest import NEWEST
from envcheck.core.first.profile import FILES, first_profile
from envcheck.core.nearest import nearest
from envcheck.core.parsing.schema import schema_text
from envcheck.host.profiles import FOLDER
from envcheck.host.project_files import texts, write_new
from envcheck.services.catalogue import vocabulary

if TYPE_CHECKING:
    from envcheck.app.offering import Offered
    from envcheck.app.session import Session


def init(session: Session, name: str, services: str) -> Offered:
    """Make a first profile, show it, and write it where that is agreed to.

    Args:
        session: this run.
        name: what the profile is to be called; nothing stands for the folder's name.
        services: kinds that it shall have whatever the files say, separated by commas.

    Raises:
        UsageError: there is such a profile; nothing says what it needs; it was not agreed to.
        StepFailed: it could not be written.
    """
    here = Path.cwd()
    name = name or fit_name(here.name)
    session.emit(ev.Started("init", name))
    path = Path(FOLDER) / f"{name}.yaml"
    other = Fix("give the new one another name", ("envcheck init NAME",))
    refuse_there(path, path.with_suffix(".yml"), id="init.profile-exists", fix=other)
    first = first_profile(name, texts(here, FILES), _kinds(services), session.environ, vocabulary())
    if first is None:
        raise _nothing_found(name)
    offered = offer(session, path, first.text)
    schema = path.with_name("schema.json")
    if offered.written and not schema.exists():
        write_new(schema, schema_text())
    return offered


def _kinds(services: str) -> list[str]:
    kinds = [word.strip() for word in services.split(",") if word.strip()]
    for kind in kinds:
        if kind not in NEWEST:
            near = nearest(kind, NEWEST)
            said = f"did you mean '{near}'?" if near else f"one of {', '.join(NEWEST)}"
            text = f"there is no service of the kind '{kind}'"
            raise UsageError(text, id="init.unknown-kind", fix=Fix(said))
    return kinds


def _nothing_found(name: str) -> UsageError:
    return UsageError(
        "nothing in this folder says which services the project needs",
        id="init.nothing-found",
        fix=Fix(
            f"name them: any of {', '.join(NEWEST)}",
            (f"envcheck init {name} --services postgres,redis",),
        ),
    )
