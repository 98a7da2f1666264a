"""Lines of logs as they are shown."""

from __future__ import annotations

import io

from envcheck.cli.log_lines import Shown
from envcheck.core.log import LogLine
from envcheck.core.secrets import blank_values


def shown(*texts: tuple[str, str], services: tuple[str, ...] = ("db", "cache"), **env: str) -> str:
    stream = io.StringIO()
    blanked = lambda text: blank_values(text, {"open-sesame"})  # noqa: E731
    show = Shown(stream, env, services, blanked).show
    for service, text in texts:
        show(LogLine("", service, text))
    return stream.getvalue()


def test_names_line_up() -> None:
    assert shown(("db", "one"), ("cache", "two")) == "db    | one\ncache | two\n"


def test_of_one_service_only_the_lines_are_shown() -> None:
    assert shown(("db", "one"), services=("db",)) == "one\n"


def test_each_service_has_its_colour_where_colours_are_wanted() -> None:
    lines = (("db", "one"), ("cache", "two"))
    coloured = shown(*lines, FORCE_COLOR="1")
    assert coloured == "\x1b[36mdb    |\x1b[0m one\n\x1b[35mcache |\x1b[0m two\n"
    assert shown(*lines, FORCE_COLOR="1", NO_COLOR="1") == shown(*lines)


def test_a_log_neither_steers_the_terminal_nor_tells_secrets() -> None:
    assert shown(("db", "\x1b[2Ja\x07 open-sesame")) == "db    | a •••\n"
