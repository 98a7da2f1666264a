"""The services of a Compose file as far as a profile can have them, and what it cannot. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from envcheck.core.errors import ProfileInvalid
from envcheck.core.first.newest import NEWEST
from envcheck.core.first.wish import Wish
from envcheck.core.parsing.compose_keys import NOT_OFFERED
from envcheck.core.parsing.interpolate import InterpolationError, interpolate
from envcheck.core.parsing.service_values import MOUNT, PORT
from envcheck.core.parsing.values import NAME
from envcheck.core.parsing.wording import Unquoted, listing
from envcheck.core.parsing.yaml_source import read_source
from envcheck.core.profile import Restart
from envcheck.core.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from envcheck.core.profile import Vocabulary
    from envcheck.core.reference import Reference

FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""As Compose looks for them: the first that is there counts."""

# Images of others that speak a kind's protocol and take its variables.
_DERIVED = {"postgis": "postgres", "pgvector": "postgres", "timescaledb": "postgres"}
_OWN_DATA = ("/var/lib/postgresql", "/var/lib/mysql", "/data", "/var/lib/rabbitmq")
"""Where the kinds keep their data: that volume they have without a word."""
_OWN_CODE = ("node", "container")
_SETTLED = frozenset(
    ("image", "environment", "ports", "volumes", "depends_on", "command", "restart", "mem_limit")
)
_MEANINGLESS = frozenset(
    (
        *("container_name", "hostname", "networks", "links", "expose", "healthcheck", "logging"),
        *("labels", "stdin_open", "tty", "init", "stop_grace_period", "deploy", "develop"),
        *("platform", "profiles"),
    )
)
"""What a profile has another way, or has no use for: no word is lost about it."""
_SIZE = re.compile(r"([0-9]+)(b|kb?|mb?|gb?)?")
_UNITS = {None: "B", "b": "B"} | {
    f"{letter}{b}": f"{letter.upper()}iB" for letter in "kmg" for b in ("", "b")
}
_FIRST_STARTS = "/docker-entrypoint-initdb.d"


@dataclass(frozen=True)
class Composed:
    """What a Compose file gives: services, and sentences on what it does not."""

    wishes: tuple[Wish, ...] = ()
    notes: tuple[str, ...] = ()


def composed(file: str, text: str, environ: Mapping[str, str], vocabulary: Vocabulary) -> Composed:
    """The services of a Compose file."""
    try:
        data = read_source(text, file).data
    except ProfileInvalid as error:
        return Composed(notes=(f"{file} could not be read: {error.problems[0]}",))
    services = data.get("services") if isinstance(data, dict) else None
    wishes: list[Wish] = []
    notes: list[str] = []
    for name, service in services.items() if isinstance(services, dict) else ():
        if isinstance(service, dict):
            found = _service(file, name, service, environ, vocabulary)
            if isinstance(found, Wish):
                wishes.append(found)
            else:
                notes.append(found)
    return Composed(tuple(wishes), tuple(notes))


def _service(
    file: str,
    name: str,
    service: Mapping[str, Any],
    environ: Mapping[str, str],
    vocabulary: Vocabulary,
) -> Wish | str:
    """The service, or why a profile cannot have it."""
    image = _text(service.get("image"))
    if "build" in service or not image:
        return f"{name} is built from the project's own code: run it on this machine"
    reference = _reference(image, environ)
    if reference is None:
        return f"{name}: its image {image} is none that can be read"
    kind = _DERIVED.get(reference.base) or vocabulary.images.get(reference.base, "container")
    mounts = [*_mounts(service.get("volumes"))]
    if kind in _OWN_CODE and any(not re.fullmatch(MOUNT, mount) for mount in mounts):
        return f"{name} works on files of this machine that are mounted: run it on this machine"
    notes: list[str] = []
    if not reference.pinned:
        if kind not in NEWEST:
            return f"{name}: its image {image} names no version, and none is known for it here"
        notes.append(f"{image} names no version, so this is the newest that is known")
        image = NEWEST[kind]
    notes += _notes(service, mounts)
    restart = _text(service.get("restart"))
    ports = [*_ports(service.get("ports"), notes)]
    return Wish(
        name=fit_name(name),
        kind=kind,
        image=image,
        why=f"{file}: {name}",
        environment=_environment(service.get("environment")),
        ports=tuple(ports),
        volumes=tuple(m for m in mounts if _named(m, kind)),
        depends_on=tuple(_keys(service.get("depends_on"))),
        command=_command(service.get("command")),
        restart=restart if restart in get_args(Restart) else "",
        mem_limit=_size(_text(service.get("mem_limit"))),
        verify=tuple(p.rpartition(":")[2] for p in ports[:1]) if kind == "container" else (),
        notes=tuple(notes),
    )


def _reference(image: str, environ: Mapping[str, str]) -> Reference | None:
    try:
        return parse_reference(interpolate(image, environ).text)
    except (InterpolationError, ValueError):
        return None


def _notes(service: Mapping[str, Any], mounts: Iterable[str]) -> Iterator[str]:
    for key in service:
        if key in NOT_OFFERED:
            yield f"{key} is left out: a profile cannot have {NOT_OFFERED[key]}"
        elif key == "env_file":
            yield "env_file is left out: write its variables into environment"
        elif key == "entrypoint":
            yield "entrypoint is left out: use command, or a Dockerfile and build"
        elif key not in _SETTLED | _MEANINGLESS and not key.startswith("x-"):
            yield f"{key} is left out: a profile has no such key"
    for mount in mounts:
        source, _, target = mount.partition(":")
        if re.fullmatch(MOUNT, mount):
            continue
        if target.startswith(_FIRST_STARTS):
            yield f"{source} is left out: put the files beside this profile and list them in `seed`"
        else:
            yield f"the mount {mount} is left out: a profile cannot have folders of the machine"


def _named(mount: str, kind: str) -> bool:
    """Whether a mount is a volume that the kind does not have by itself."""
    if not re.fullmatch(MOUNT, mount):
        return False
    return kind in _OWN_CODE or not mount.partition(":")[2].startswith(_OWN_DATA)


def _mounts(volumes: Any) -> Iterator[str]:
    for each in volumes if isinstance(volumes, list) else ():
        if isinstance(each, dict):
            yield f"{_text(each.get('source'))}:{_text(each.get('target'))}"
        else:
            parts = _text(each).split(":")
            yield ":".join(parts[:2])


def _ports(ports: Any, notes: list[str]) -> Iterator[str]:
    for each in ports if isinstance(ports, list) else ():
        port = _port(each)
        if re.fullmatch(rf"{PORT}|.*\$.*", port):
            yield port
        else:
            notes.append(f"the port {port} is left out: a profile publishes single TCP ports")


def _port(port: Any) -> str:
    if isinstance(port, dict):
        words = (_text(port.get("published")), _text(port.get("target")))
        protocol = _text(port.get("protocol")) or "tcp"
        shown = ":".join(word for word in words if word)
        return shown if protocol == "tcp" else f"{shown}/{protocol}"
    text = _text(port).removesuffix("/tcp")
    # An address before them, unless a variable may hold a colon of its own.
    return ":".join(text.split(":")[-2:]) if "$" not in text else text


def _environment(variables: Any) -> dict[str, str]:
    if isinstance(variables, dict):
        return {name: _text(value) for name, value in variables.items() if value is not None}
    lines = [_text(each) for each in variables] if isinstance(variables, list) else []
    words = (line.partition("=") for line in lines if "=" in line)
    return {name: value for name, _, value in words}


def _keys(value: Any) -> list[str]:
    return [fit_name(_text(each)) for each in value] if isinstance(value, list | dict) else []


def _size(text: str) -> str:
    """A size in Compose's words in ours: its units are powers of 1024."""
    found = _SIZE.fullmatch(text.strip().lower())
    return f"{found[1]}{_UNITS[found[2]]}" if found else ""


def _command(value: Any) -> str | tuple[str, ...]:
    return tuple(_text(each) for each in value) if isinstance(value, list) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, Unquoted):
        return value.text
    return value if isinstance(value, str) else ""


def fit_name(name: str) -> str:
    """A name that a service may have, made of any text."""
    found = re.sub("[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:40]
    return found if re.fullmatch(NAME, found) else "app"


def said(names: Iterable[str]) -> str:
    """Names as a person lists them."""
    return listing(names, "and")
