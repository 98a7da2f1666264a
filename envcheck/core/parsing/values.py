"""The written forms of plain values: names, numbers, sizes, durations, version ranges.

Each function takes what YAML held, gives our value, and raises a refusal of `core.refusals`
otherwise. The patterns are the same that the JSON schema offers to editors.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from envcheck.core.parsing.refusals import RefusedError, WrongTypeError
from envcheck.core.parsing.wording import Unquoted, quote

NAME = "[a-z0-9][a-z0-9_-]{0,39}"
EXPORTED = "[A-Za-z_][A-Za-z0-9_]{0,99}"
PROGRAM = "[A-Za-z0-9][A-Za-z0-9._+-]{0,39}"
SIZE = r"[0-9]{1,15}(?:\.[0-9]{1,3})? ?(?:[KMGT]i?B|B)"
DURATION = (
    r"[0-9]{1,5}(?:\.[0-9]{1,9})?"
    r"|(?=[0-9])(?:[0-9]{1,2}h)?(?:[0-9]{1,4}m)?(?:[0-9]{1,5}(?:\.[0-9]{1,9})?s)?"
)

LEAST_PIDS = 16
MOST_PIDS = 65536

_MAX_PORT = 65535
_BYTES = {"B": 1} | {
    f"{letter}{mark}B": base**power
    for mark, base in (("", 1000), ("i", 1024))
    for power, letter in enumerate("KMGT", start=1)
}
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_MAX_SECONDS = 24 * 3600
_LONGEST_SPECIFIER = 100


def text(value: Any) -> str:
    """Text, and nothing that YAML would take for something else."""
    if not isinstance(value, str):
        raise WrongTypeError("text", value)
    return value


def written(value: Any) -> str:
    """Text, or a number or truth value as it was written."""
    return value.text if isinstance(value, Unquoted) else text(value)


def sentence(value: Any) -> str:
    """Text for people, on one line."""
    line = " ".join(text(value).split())
    if not line.isprintable():
        raise RefusedError("control characters cannot stand in a description")
    return line


def name(value: Any) -> str:
    """The name of a profile, service or volume; it becomes part of names in Docker."""
    found = text(value)
    if not re.fullmatch(NAME, found):
        raise RefusedError(
            f"{quote(found)} cannot be a name",
            "1 to 40 of a-z, 0-9, '-' and '_', starting with a letter or digit",
        )
    return found


def program(value: Any) -> str:
    """The name of a program on PATH."""
    found = text(value)
    if not re.fullmatch(PROGRAM, found):
        raise RefusedError(f"{quote(found)} is not the name of a program", "such as git")
    return found


def variable(value: Any) -> str:
    """The name of a variable that every shell can have."""
    found = text(value)
    if not re.fullmatch(EXPORTED, found):
        said = f"{quote(found)} cannot be the name of a variable"
        raise RefusedError(said, "letters, digits and '_', such as DATABASE_URL")
    return found


def specifier(value: Any) -> str:
    """A version range as Python packaging writes them; an empty one allows any version."""
    found = written(value).strip()
    try:
        SpecifierSet(found[:_LONGEST_SPECIFIER])
    except InvalidSpecifier:
        hint = f'such as ">={found}"' if re.fullmatch("[0-9.]{1,20}", found) else 'such as ">=2.30"'
        raise RefusedError(f"{quote(found)} is not a version range", hint) from None
    if len(found) > _LONGEST_SPECIFIER:
        raise RefusedError(f"a version range has at most {_LONGEST_SPECIFIER} characters")
    return found


def size(value: Any) -> int:
    """Bytes: ``1GB`` is 10^9 of them, ``1GiB`` is 2^30."""
    found = written(value)
    if not re.fullmatch(SIZE, found):
        raise RefusedError(f"{quote(found)} is not a size", "such as 512MB, 1.5GB or 3GiB")
    number = found.rstrip("KMGTiB ")
    return int(Decimal(number) * _BYTES[found[len(number) :].strip()])


def duration(value: Any) -> float:
    """Seconds: ``90``, ``30s``, ``2m``, ``1m30s``; more than none, at most a day."""
    seconds = _seconds(value)
    if not 0 < seconds <= _MAX_SECONDS:
        raise RefusedError(f"{quote(written(value))} is out of range", "more than 0s, at most 24h")
    return seconds


def settling(value: Any) -> float:
    """Seconds as for `duration`; none at all is a choice."""
    seconds = _seconds(value)
    if seconds > _MAX_SECONDS:
        raise RefusedError(f"{quote(written(value))} is out of range", "at most 24h")
    return seconds


def _seconds(value: Any) -> float:
    found = written(value)
    if not re.fullmatch(DURATION, found):
        raise RefusedError(f"{quote(found)} is not a duration", "such as 90, 30s or 2m")
    parts = re.findall("([0-9.]+)([smh]?)", found)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def port_number(value: Any) -> int:
    """A TCP port."""
    return _whole(value, range(1, _MAX_PORT + 1), "a port")


def status(value: Any) -> int:
    """An HTTP status."""
    return _whole(value, range(100, 600), "an HTTP status")


def pids(value: Any) -> int:
    """How many processes and threads a container may have."""
    return _whole(value, range(LEAST_PIDS, MOST_PIDS + 1), "a number of processes")


def _whole(value: Any, allowed: range, what: str) -> int:
    if not isinstance(value, str | Unquoted):
        raise WrongTypeError("a number", value)
    found = written(value)
    if not re.fullmatch("[0-9]{1,5}", found) or int(found) not in allowed:
        bounds = f"from {allowed[0]} to {allowed[-1]}"
        raise RefusedError(f"{quote(found)} is not {what}", f"a whole number {bounds}")
    return int(found)
