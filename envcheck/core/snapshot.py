"""The index of a snapshot: which volumes it holds, of whom, and with which checksums. Pure.

A snapshot may come from another machine, so what its index says is looked at before it is used.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from envcheck.core.errors import Fix, SnapshotInvalid
from envcheck.core.json_forms import at_most, list_of, matches, object_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Form = Callable[[Any], bool]

FORMAT = 1
MOST = 1 << 50
"""Bytes that a volume may have; the room that there is sets a lower limit."""
VOLUMES = 1_000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PASSWORD = re.compile(r"[\w-]{1,100}\.\w{1,100}", re.ASCII)
_TEXT = 300  # letters of what is only shown


@dataclass(frozen=True)
class SavedService:
    """A service whose data was saved.

    Attributes:
        kind: a name of the catalogue, or nothing where that was not known.
        image: what the profile pins, or what its container was made of.
        digest: of that image: in its registry, or its id.
    """

    name: str
    kind: str
    image: str
    digest: str


@dataclass(frozen=True)
class SavedVolume:
    """A volume that was saved.

    Attributes:
        name: without the instance's name before it.
        service: for which it was made.
        seed: the fingerprint of the seed that it was filled from, or nothing.
        size: bytes of its archive, unpacked.
        packed: the same as they stand in the file, from ``offset`` on.
        sha256: of these.
    """

    name: str
    service: str
    seed: str
    size: int
    offset: int
    packed: int
    sha256: str


@dataclass(frozen=True)
class Index:
    """What a snapshot holds.

    Attributes:
        envcheck: the version that made it.
        created: when, UTC.
        machine: the name of the machine on which it was made.
        passwords: those that were generated for the services, by SERVICE.VARIABLE: what they guard
            is in the volumes.
    """

    envcheck: str
    created: str
    name: str
    profile: str
    instance: str
    machine: str
    services: tuple[SavedService, ...]
    volumes: tuple[SavedVolume, ...]
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """Bytes of all volumes, unpacked."""
        return sum(volume.size for volume in self.volumes)

    @property
    def moment(self) -> datetime:
        """When it was made."""
        return datetime.strptime(self.created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)

    def text(self) -> bytes:
        """The index as it stands in the file."""
        data = {"format": FORMAT, **asdict(self)}
        return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=True).encode() + b"\n"


def moment_text(moment: datetime) -> str:
    """A time as an index has it."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def name_at(moment: datetime) -> str:
    """The name of a snapshot that was given none: names in order are in the order of time."""
    return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def is_name(text: str) -> bool:
    """Whether a snapshot can be called so."""
    return _NAME.fullmatch(text) is not None


def read_index(text: bytes) -> Index:
    """The index in a snapshot's file.

    Raises:
        SnapshotInvalid: it is none.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise malformed("its index is no JSON") from error
    made = data.get("format") if isinstance(data, dict) else None
    if type(made) is int and made > FORMAT:
        raise SnapshotInvalid(
            f"the snapshot has format {made}, and this envcheck reads up to {FORMAT}",
            id="snapshot.newer-format",
            fix=Fix("restore it with the version of envcheck that made it, or a later one"),
        )
    if not object_of(_INDEX)(data):
        raise malformed("its index has a wrong form")
    index = Index(
        **{name: data[name] for name in ("envcheck", "created", "name", "profile", "instance")},
        machine=data["machine"],
        services=tuple(SavedService(**one) for one in data["services"]),
        volumes=tuple(SavedVolume(**one) for one in data["volumes"]),
        passwords=data["passwords"],
    )
    _refuse_odd(index)
    return index


def _refuse_odd(index: Index) -> None:
    names = [volume.name for volume in index.volumes]
    if len({*names}) != len(names):
        raise malformed("it holds one volume twice")
    try:
        index.moment  # noqa: B018 - it is read to see that it is one
    except ValueError as error:
        raise malformed("its time is none") from error


def malformed(why: str) -> SnapshotInvalid:
    """The error for a file that is built as no snapshot is."""
    return SnapshotInvalid(
        f"this is no snapshot as envcheck makes them: {why}",
        id="snapshot.malformed",
        fix=Fix("take another snapshot; do not trust where this one came from"),
    )


def damaged(why: str) -> SnapshotInvalid:
    """The error for a snapshot that is not as it was made."""
    return SnapshotInvalid(
        f"the snapshot is damaged: {why}",
        id="snapshot.damaged",
        fix=Fix("copy it again from where it came from, or take another one"),
    )


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _TEXT and value.isprintable()


def _word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _TEXT and "\0" not in value


_SERVICE: dict[str, Form] = dict.fromkeys(("name", "kind", "image", "digest"), _text)
_VOLUME: dict[str, Form] = {
    "name": matches(_NAME),
    **dict.fromkeys(("service", "seed"), _text),
    **dict.fromkeys(("size", "offset", "packed"), at_most(MOST)),
    "sha256": matches(_HEX),
}
_INDEX: dict[str, Form] = {
    "format": lambda value: value == FORMAT,
    "created": matches(_MOMENT),
    **dict.fromkeys(("envcheck", "profile", "instance", "machine"), _text),
    "name": matches(_NAME),
    "services": list_of(object_of(_SERVICE), VOLUMES),
    "volumes": list_of(object_of(_VOLUME), VOLUMES),
    "passwords": lambda value: (
        isinstance(value, dict)
        and len(value) <= VOLUMES
        and all(map(_PASSWORD.fullmatch, value))
        and all(map(_word, value.values()))
    ),
}
