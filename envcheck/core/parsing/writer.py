"""A `Profile` back to text: reading the text gives the same profile, up to places and warnings."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml
from typing_extensions import assert_never

from envcheck.core.passwords import WORD, Password, with_references
from envcheck.core.profile import STABLE_FOR, ExecProbe, HttpProbe, TcpProbe
from envcheck.core.spec import PIDS_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.profile import Port, Profile, Requires, Service, Verify


_WORD = re.compile("[A-Za-z_][A-Za-z0-9_-]*")


def dump_profile(profile: Profile) -> str:
    """The profile as YAML; variables are gone, their values stand in the text, secrets included."""
    data = {
        "name": profile.name,
        "description": profile.description,
        "requires": _requires(profile.requires),
        "tools": dict(profile.tools),
        "exports": dict(profile.exports),
        "services": {name: _service(service) for name, service in profile.services.items()},
    }
    return yaml.dump(
        _escaped(_given(data)), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1 << 20
    )


def _requires(requires: Requires) -> Mapping[str, Any]:
    return _given(
        {
            "docker": requires.docker,
            "memory": _bytes(requires.memory),
            "disk": _bytes(requires.disk),
        }
    )


def _bytes(number: int | None) -> str | None:
    return None if number is None else f"{number}B"


def _number(seconds: float) -> str:
    return format(Decimal(repr(seconds)), "f")


def _service(service: Service) -> Mapping[str, Any]:
    fields = {
        "kind": service.kind,
        "image": str(service.image) if service.image else None,
        "build": service.build,
        "environment": {n: _variable(service, n) for n in service.environment},
        "volumes": [f"{mount.name}:{mount.target}" for mount in service.volumes],
        "depends_on": list(service.depends_on),
        "command": list(service.command) if service.command else None,
        "verify": [_probe(probe) for probe in service.verify],
        "timeout": _number(service.timeout),
        # A job may not even say what is so anyway.
        "stable_for": None if service.stable_for == STABLE_FOR else _number(service.stable_for),
        "restart": None if service.restart == "no" else service.restart,
        "mem_limit": _bytes(service.mem_limit),
        "pids_limit": None if service.pids_limit == PIDS_LIMIT else service.pids_limit,
        "seed": list(service.seed),
    }
    # No ports at all is a choice, unlike ports left out.
    ports = {} if service.ports is None else {"ports": [_port(port) for port in service.ports]}
    return {**_given(fields), **ports}


def _variable(service: Service, name: str) -> str:
    """A variable's value; the word for a generated password where it has one."""
    value = service.environment[name]
    if value == Password(service.name, name).mark:
        return _Word(WORD)
    # As it stands the word might ask for a password.
    return _Word(f"${{NO_SUCH_VARIABLE:-{WORD}}}") if value == WORD else value


def _port(port: Port) -> str:
    match port.wish:
        case "auto":
            return f"auto:{port.container}"
        case "insist":
            return f"{port.host}!:{port.container}"
        case "prefer":
            return f"{port.host}:{port.container}"
        case _:
            assert_never(port.wish)


def _probe(probe: Verify) -> Mapping[str, Any]:
    port = {} if isinstance(probe, ExecProbe) or probe.port is None else {"port": str(probe.port)}
    match probe:
        case HttpProbe():
            told = {"path": probe.path, "status": str(probe.status), "contains": probe.contains}
            return {"http": {**told, **port}}
        case TcpProbe():
            return {"tcp": port}
        case ExecProbe():
            return {"exec": {"command": list(probe.command), "contains": probe.contains}}
        case _:
            assert_never(probe)


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say anything."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}


def _escaped(value: Any) -> Any:
    """Every text as YAML that the reader gives back: quoted, and each dollar sign doubled."""
    match value:
        case _Word():
            return _Quoted(value)
        case str():
            return _Quoted(with_references(value.replace("$", "$$")))
        case dict():
            return {_key(key): _escaped(each) for key, each in value.items()}
        case list():
            return [_escaped(each) for each in value]
        case _:
            return value


def _key(key: str) -> str:
    """A key, quoted unless it is an ordinary word; no variable can stand in one."""
    return key if _WORD.fullmatch(key) else _Quoted(key)


class _Word(str):
    """A text that means something to the reader, and is left as it is."""

    __slots__ = ()


class _Quoted(str):
    """A text to write in double quotes, so that YAML sees nothing but text in it."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes what it is given, repeats included."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name is PyYAML's
        return True


_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)
