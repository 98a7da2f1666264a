"""A text to paste into an issue: versions, facts and verdicts, without names and secrets."""

from __future__ import annotations

import getpass
import platform
import re
import socket
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck import __version__
from envcheck.core.secrets import blank_urls, secret_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from envcheck.app.session import Session
    from envcheck.core.events import EngineInfo, Result

_SHORTEST = 3  # a name of one or two letters stands in too many words


def paste(session: Session, engine: EngineInfo | None, results: Iterable[Result]) -> str:
    """The text."""
    lines = [*_versions(engine), "", *_facts(session), "", *_verdicts(results)]
    return blanked("\n".join(lines), session)


def _versions(engine: EngineInfo | None) -> Iterator[str]:
    yield f"envcheck {__version__}, Python {platform.python_version()}"
    yield f"{platform.system()} {platform.release()} {platform.machine()}"
    if engine is None:
        yield "engine: none answered"
    else:
        yield f"engine: {engine.kind} {engine.version}, API {engine.api}"
        yield f"endpoint: {engine.endpoint} ({engine.chosen_by})"


def _facts(session: Session) -> Iterator[str]:
    """Everything that is known and not empty."""
    facts = session.facts()
    for part in (facts.host, facts.client, facts.engine):
        yield f"{type(part).__name__}:"
        for field in fields(part):
            value = getattr(part, field.name)
            if value not in (None, "", ()):
                yield f"  {field.name}: {value}"


def _verdicts(results: Iterable[Result]) -> Iterator[str]:
    yield "verdicts:"
    for result in results:
        fault = f" [{result.fault}]" if result.fault else ""
        yield f"  {result.status:<5} {result.id}{fault}: {result.summary}"
        yield from (f"        {line}" for line in result.evidence)


def blanked(text: str, session: Session) -> str:
    """The text without home folder, user name, host name, and what the variables call secret."""
    text = blank_urls(text).replace(str(Path.home()), "~")
    for name in sorted(secret_names(session.environ)):
        if len(session.environ[name]) >= _SHORTEST:
            text = text.replace(session.environ[name], "•••")
    for word, shown in ((getpass.getuser(), "USER"), (socket.gethostname(), "HOST")):
        if len(word) >= _SHORTEST and word != "root":  # everybody's name tells nobody
            text = re.sub(rf"\b{re.escape(word)}\b", shown, text)
    return text
