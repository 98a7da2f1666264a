"""logs: what the services of an instance print, merged by time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from envcheck.app.foreign import refuse_elsewhere
from envcheck.app.loading import load, owner_of
from envcheck.app.log_following import Following
from envcheck.app.services import chosen
from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.core.since import since
from envcheck.engine.log_stream import ALL
from envcheck.reporters.calling import call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.app.session import Session
    from envcheck.core.log import LogLine
    from envcheck.core.spec import Owner


@dataclass(frozen=True)
class LogOptions:
    """Which lines are wanted.

    Attributes:
        since: how long ago, or the moment, as Docker takes it; nothing for all.
        lines: how many of the last ones of each service; nothing for all.
        follow: whether those to come are waited for.
    """

    since: str = ""
    lines: str = ""
    follow: bool = False


def logs(
    session: Session,
    name: str,
    service: str,
    options: LogOptions,
    begun: Callable[[Sequence[str]], Callable[[LogLine], None]],
) -> None:
    """Show the lines that services have printed, oldest first, and those to come if so wished.

    Args:
        session: this run.
        name: the profile.
        service: the one service; nothing for all of them.
        options: which lines.
        begun: told the services that may be heard of; gives what shows a line.

    Raises:
        UsageError: there is no such service, or it has no container.
        StepFailed: the engine broke off.
    """
    moment = since(options.since, datetime.now().astimezone()) if options.since else None
    lines = _number(options.lines)
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("logs", profile.name, owner.instance))
    services = (chosen(profile, service).name,) if service else tuple(profile.services)
    refuse_elsewhere(session, owner)
    found = _containers(session, owner, services)
    following = Following(session, owner, services, moment, lines)
    with following.hearing(options.follow):
        show = begun(services)
        for line in following.history(found):
            show(line)
        if options.follow:
            following.follow(found, show)


def _number(text: str) -> int:
    if text in ("", "all"):
        return ALL
    if text.isdecimal():
        return int(text)
    raise UsageError(f"--lines {text}: that is no number", fix=Fix("say how many, such as 100"))


def _containers(session: Session, owner: Owner, services: Sequence[str]) -> dict[str, str]:
    """The containers that there are, with their services."""
    seen = session.engine().observe().of_instance(owner.instance)
    found = {one.name: one.service for one in seen if one.service in services}
    if not found:
        what = services[0] if len(services) == 1 else owner.instance
        up = call("envcheck", "up", owner.profile, owner.instance)
        said = f"{what} has no container, and without one there is no log"
        raise UsageError(said, id="instance.not-up", fix=Fix("bring it up first", (up,)))
    return found
