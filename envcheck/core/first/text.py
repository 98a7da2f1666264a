"""A first profile as text, with a comment on each line that says where it comes from. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envcheck.core.first.wish import Tool, Wish

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./:@-]*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off"))
_MADE_UP = "made up, and kept as long as the data"
_KIND = "says how it is asked, and where it keeps its data"
_ENVIRONMENT = "what its first start makes, and how to log in"
_PORTS = "HOST:CONTAINER, on 127.0.0.1; a free one where it is taken"
_VOLUMES = "besides the one that its kind has for its data"
_AT = 44
"""The column of the comments, where a line leaves room for it."""


def profile_text(
    name: str, description: str, tools: Sequence[Tool], wishes: Sequence[Wish], notes: Sequence[str]
) -> str:
    """The whole file."""
    lines = [
        "# yaml-language-server: $schema=./schema.json",
        "# Written by `envcheck init`; yours to change.",
        f"name: {scalar(name)}",
        f"description: {scalar(description)}",
    ]
    if tools:
        lines.append(_with("tools:", "programs that this machine must have"))
        lines += (_with(f"  {t.program}: {scalar(t.versions)}", t.why) for t in tools)
    lines.append("services:")
    for wish in wishes:
        lines += _service(wish)
    if notes:
        lines += ["", "# Not taken over:", *(_said(f"- {note}") for note in notes)]
    return "\n".join(lines) + "\n"


def scalar(text: str) -> str:
    """A text as YAML, quoted where it could be read as something else."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not text.endswith(":")
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())


def _service(wish: Wish) -> Iterator[str]:
    yield _with(f"  {wish.name}:", wish.why)
    for note in wish.notes:
        yield f"    {_said(note)}"
    if wish.kind != "container":
        yield _with(f"    kind: {wish.kind}", _KIND)
    yield _with(f"    image: {scalar(wish.image)}", wish.image_why)
    if wish.environment:
        yield _with("    environment:", _ENVIRONMENT)
    for variable, value in wish.environment.items():
        yield _with(
            f"      {scalar(variable)}: {scalar(value)}", _MADE_UP if value == "generate" else ""
        )
    for key, values in (("ports", wish.ports), ("volumes", wish.volumes)):
        if values:
            shown = ", ".join(scalar(value) for value in values)
            yield _with(f"    {key}: [{shown}]", _PORTS if key == "ports" else _VOLUMES)
    if wish.depends_on:
        needs = ", ".join(wish.depends_on)
        yield _with(f"    depends_on: [{needs}]", "started once these are ready")
    if wish.command:
        yield f"    command: {_command(wish.command)}"
    for key, value in (("restart", wish.restart), ("mem_limit", wish.mem_limit)):
        if value:
            yield f"    {key}: {scalar(value)}"
    if wish.verify:
        yield _with("    verify:", "of what has no kind: that it accepts a connection")
        yield from (f"      - tcp: {port}" for port in wish.verify)


def _command(command: str | tuple[str, ...]) -> str:
    if isinstance(command, str):
        return scalar(command)
    return f"[{', '.join(scalar(word) for word in command)}]"


def _with(line: str, comment: str) -> str:
    """A line with its comment, the comments below each other as far as there is room."""
    return f"{line.ljust(_AT)} {_said(comment)}" if comment else line


def _said(comment: str) -> str:
    """A comment, which must not end before its line, whatever a project's files hold."""
    return "# " + "".join(c if c.isprintable() else "?" for c in comment)
