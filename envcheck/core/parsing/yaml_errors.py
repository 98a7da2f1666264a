"""PyYAML's syntax errors in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import yaml

from envcheck.core.errors import Problem

_QUOTE_IT = "put the value in quotes, or check the indentation"


@dataclass(frozen=True)
class _Wording:
    """What to say where PyYAML's own words contain ``theirs``.

    ``at`` chooses between its two marks; ``{line}`` in the hint is the line of the context.
    """

    theirs: str
    ours: str
    hint: str = ""
    at: Literal["problem", "context"] = "problem"


# The first that fits is taken.
_WORDINGS = (
    _Wording("'\\t'", "a tab stands where YAML wants spaces", "indent with spaces"),
    _Wording("that cannot start any token", "this character cannot start a value", _QUOTE_IT),
    _Wording("mapping values are not allowed", "a ':' stands where none can", _QUOTE_IT),
    _Wording("expected chomping", "a '>' or '|' starts a block of text here", "put it in quotes"),
    _Wording("could not find expected ':'", "a ':' is missing after this key", "", "context"),
    _Wording("sequence entries are not allowed", "a '-' stands where none can", _QUOTE_IT),
    _Wording("found unexpected end of stream", "this quote is never closed", "", "context"),
    _Wording("found unexpected document separator", "this quote is never closed", "", "context"),
    _Wording(
        "expected ',' or ']'", "a ',' or ']' is missing here", "the '[' on line {line} is open"
    ),
    _Wording(
        "expected ',' or '}'", "a ',' or '}' is missing here", "the '{' on line {line} is open"
    ),
    _Wording("unknown escape character", "no such escape after a '\\'", "use single quotes"),
    _Wording("mapping keys are not allowed", "a '?' stands where none can", _QUOTE_IT),
    _Wording("expected alphabetic or numeric", "a name must follow '&' or '*'", "put it in quotes"),
    _Wording("expected escape sequence", "this escape after a '\\' is not complete"),
    _Wording("expected <block end>", "this does not fit in with the lines above", _QUOTE_IT),
    _Wording("expected the node content", "a value is missing here"),
)


def explain(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """The problem that a syntax error tells of, at its place, without PyYAML's jargon."""
    match error:
        case yaml.reader.ReaderError():
            return _unprintable(error, text, file)
        case yaml.MarkedYAMLError():
            return _marked(error, file)
        case _:
            return Problem(file, 1, 1, "this is not YAML")


def _unprintable(error: yaml.reader.ReaderError, text: str, file: str) -> Problem:
    before = text[: error.position]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    code = ord(text[error.position])
    return Problem(file, line, column, f"the character U+{code:04X} cannot stand in a text file")


def _marked(error: yaml.MarkedYAMLError, file: str) -> Problem:
    theirs = error.problem or ""
    wording = next((w for w in _WORDINGS if w.theirs in theirs), None)
    mark = error.problem_mark or error.context_mark
    if wording and wording.at == "context":
        mark = error.context_mark or mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if wording:
        context = error.context_mark.line + 1 if error.context_mark else line
        hint = wording.hint.replace("{line}", str(context))
        return Problem(file, line, column, wording.ours, hint)
    return Problem(file, line, column, f"this is not YAML: {theirs}")
