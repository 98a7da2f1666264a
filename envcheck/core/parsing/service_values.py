"""The written forms of what a service is made of: image, folder, ports, mounts, variables, command.

Functions as in `core.values`.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING, Any, cast, get_args

from envcheck.core.nearest import did_you_mean
from envcheck.core.parsing.refusals import (
    EntriesError,
    RefusedError,
    RefusedKeyError,
    WrongTypeError,
    each,
)
from envcheck.core.parsing.values import name, port_number, text, written
from envcheck.core.parsing.wording import Unquoted, listing, quote
from envcheck.core.profile import Port, Restart, VolumeMount
from envcheck.core.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.reference import Reference

PORT = "(?:(?:auto|[0-9]{1,5}!?):)?[0-9]{1,5}"
IMAGE = r"(?!.*:latest$)\S+[:@]\S+"
MOUNT = "[a-z0-9][a-z0-9_-]{0,39}:/[^:]+"
FOLDER = r"(?![/~])[^:\\]+"
HTTP_PATH = "/[!-~]*"
VARIABLE = r"[^=\s]+"

_PORT = re.compile(
    r"(?:(?P<auto>auto):|(?P<host>[0-9]{1,5})(?P<insist>!?):)?(?P<container>[0-9]{1,5})"
)
_HOST_PATH = re.compile(r"[/.~\\]|[A-Za-z]:\\")
_LONGEST_REFERENCE = 255


def image(value: Any) -> Reference:
    """A pinned image."""
    found = text(value)
    try:
        reference = parse_reference(found)
    except ValueError:
        raise RefusedError(f"{quote(found)} is not an image", "such as postgres:17.11") from None
    if len(found) > _LONGEST_REFERENCE:
        raise RefusedError(f"the name of an image has at most {_LONGEST_REFERENCE} characters")
    if not reference.pinned:
        why = "'latest' moves with every release" if reference.tag else "it has no tag"
        hint = f"name a version, such as {reference.base}:1.2.3"
        raise RefusedError(f"the image {quote(found)} is not pinned: {why}", hint)
    return reference


def folder(value: Any) -> str:
    """A folder inside the profile's own, normalized, with ``/`` between its parts."""
    if not isinstance(value, str):
        raise WrongTypeError("a folder, such as webapp", value)
    if ".." in re.split(r"[/\\]", value):
        raise RefusedError(f"{quote(value)} leads out of the profile's folder")
    if not re.fullmatch(FOLDER, value) or not value.isprintable():
        hint = "relative to the profile's own, such as webapp"
        raise RefusedError(f"{quote(value)} is not a folder that can be built", hint)
    return posixpath.normpath(value)


def inner_file(value: Any) -> str:
    """A file inside the profile's folder, normalized, with ``/`` between its parts."""
    if not isinstance(value, str):
        raise WrongTypeError("a file, such as seeds/people.sql", value)
    if ".." in re.split(r"[/\\]", value):
        raise RefusedError(f"{quote(value)} leads out of the profile's folder")
    if not re.fullmatch(FOLDER, value) or not value.isprintable() or value.endswith("/"):
        hint = "relative to the profile's own folder, such as seeds/people.sql"
        raise RefusedError(f"{quote(value)} is not a file of the profile", hint)
    return posixpath.normpath(value)


def restart(value: Any) -> Restart:
    """One of Compose's words for what follows when a process ends."""
    found = written(value)
    word = next((word for word in get_args(Restart) if word == found), None)
    if word is None:
        hint = did_you_mean(found, get_args(Restart)) or f"one of {listing(get_args(Restart))}"
        raise RefusedError(f"{quote(found)} is not a restart policy", hint)
    return cast("Restart", word)


def port(value: Any) -> Port:
    """``[HOST:]CONTAINER``; ``HOST!`` insists on the host's port, ``auto`` takes a free one."""
    if not isinstance(value, str | Unquoted):
        raise WrongTypeError("a port, such as 5432 or 15432:5432", value)
    found = written(value)
    parts = _PORT.fullmatch(found)
    if not parts:
        raise RefusedError(f"{quote(found)} is not a port", _port_hint(found))
    container = port_number(parts["container"])
    if parts["auto"]:
        return Port(container, None, "auto")
    host = port_number(parts["host"] or parts["container"])
    return Port(container, host, "insist" if parts["insist"] else "prefer")


def _port_hint(found: str) -> str:
    if found.count(":") > 1:
        return "every port is bound to 127.0.0.1: leave the address out"
    if "/" in found:
        return "only TCP is published: leave the protocol out"
    if "-" in found.strip("-"):
        return "one port an entry, not a range"
    return "such as 5432, 15432:5432, 15432!:5432 or auto:5432"


def mount(value: Any) -> VolumeMount:
    """``NAME:/absolute/path``: a named volume and where it is mounted."""
    if not isinstance(value, str):
        raise WrongTypeError("a volume, such as data:/var/lib/data", value)
    if "docker.sock" in value:
        raise RefusedError("not offered: the Docker socket in a container")
    label, colon, target = value.partition(":")
    if _HOST_PATH.match(value):
        raise _unnamed(value) if value.startswith("/") and not colon else _bind_mount(value)
    if not target.startswith("/"):
        raise RefusedError(f"{quote(value)} is not a volume", "such as data:/var/lib/data")
    return VolumeMount(name(label), _target(target))


def _bind_mount(value: str) -> RefusedError:
    hint = "name a volume, such as data:/var/lib/data"
    return RefusedError(f"not offered: bind mounts, such as {quote(value)}", hint)


def _unnamed(value: str) -> RefusedError:
    return RefusedError("not offered: volumes without a name", f"such as data:{value}")


def _target(path: str) -> str:
    if ":" in path:
        options = path[path.index(":") :]
        raise RefusedError("not offered: options of a volume", f"leave {quote(options)} out")
    if ".." in path.split("/") or not path.isprintable() or not path.strip("/."):
        raise RefusedError(f"{quote(path)} is not a folder to mount a volume on")
    return "/" + posixpath.normpath(path).lstrip("/")


def http_path(value: Any) -> str:
    """The path of a URL, query included."""
    found = text(value)
    if not re.fullmatch(HTTP_PATH, found):
        raise RefusedError(f"{quote(found)} is not the path of a URL", "such as /health")
    return found


def command(value: Any) -> tuple[str, ...]:
    """The words of a command: a list of them, or one text split as a shell would."""
    match value:
        case str():
            words = _split(value)
        case list():
            words = tuple(each(enumerate(value), written).values())
        case _:
            raise WrongTypeError("text or a list", value)
    if not words or not words[0]:
        raise RefusedError("the command is empty", "leave the key out for the image's own")
    return words


def _split(line: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(line))
    except ValueError:
        raise RefusedError("a quote in the command is never closed") from None


def environment(value: Any) -> Mapping[str, str | None]:
    """Variables, as a mapping or as ``KEY=value`` entries; None stands for the caller's own value.

    Numbers are kept as they are written, truth values become lower case.
    """
    match value:
        case dict():
            pairs = each(((pair[0], pair) for pair in value.items()), _pair)
            return dict(pairs.values())
        case list():
            return _from_lines(each(enumerate(value), _line))
        case _:
            raise WrongTypeError("a mapping or a list", value)


def _pair(pair: tuple[str, Any]) -> tuple[str, str | None]:
    key, value = pair
    if not re.fullmatch(VARIABLE, key) or not key.isprintable():
        raise RefusedKeyError(f"{quote(key)} cannot be the name of a variable")
    if value is None:
        return key, None
    if isinstance(value, Unquoted):
        return key, value.text.lower() if value.boolean else value.text
    if not isinstance(value, str):
        raise WrongTypeError("text or a number", value)
    return key, value


def _line(value: Any) -> tuple[str, str | None]:
    """``KEY=value`` or ``KEY``; the refusal does not quote it, since half of it may be a secret."""
    key, equals, rest = value.partition("=") if isinstance(value, str) else ("", "", "")
    if not re.fullmatch(VARIABLE, key) or not key.isprintable():
        raise RefusedError("an entry of 'environment' must look like KEY=value")
    return key, rest if equals else None


def _from_lines(lines: Mapping[int, tuple[str, str | None]]) -> Mapping[str, str | None]:
    first: dict[str, int] = {}
    for index, (key, _) in lines.items():
        first.setdefault(key, index)
    twice = {
        index: RefusedError(f"the variable {quote(key)} is set twice")
        for index, (key, _) in lines.items()
        if first[key] != index
    }
    if twice:
        raise EntriesError(twice)
    return dict(lines.values())
