"""Identity: is what answered what the profile pins, and does its data go where it is kept?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.core.events import Result, Source, Status
from envcheck.core.reference import short_digest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from envcheck.core.reference import Reference

OTHER_IMAGE = "service.other-image"
IMAGE_GONE = "service.image-gone"
DATA_OUTSIDE = "service.data-outside-volume"

_OTHER: Status = "fail"
_UNKNOWN: Status = "warn"


def judge_version(service: str, product: str, pin: Reference | None, version: str) -> Result | None:
    """Compare a server's own version with the pin's.

    Returns:
        pass where the server's version is the pin's or a refinement of it (17.11 for a pin of 17),
        warn where only the first component agrees, fail otherwise; None where either is unknown.
    """
    wanted = pin.version if pin else ""
    if not wanted or not version:
        return None
    status, summary = _compare(wanted, version)
    fix = None
    if status != "pass":
        fix = Fix(f"pin {version} in the profile, or get the image {pin} from its registry")
    return Result(
        id=f"service.{service}.version",
        title=f"{service} version",
        status=status,
        summary=f"{product} {version}{summary}",
        fix=fix,
    )


def _compare(wanted: str, version: str) -> tuple[Status, str]:
    pinned, actual = _numbers(wanted), _numbers(version)
    if actual[: len(pinned)] == pinned:
        return "pass", ", as pinned"
    if actual[:1] == pinned[:1]:
        return "warn", f", the pin says {wanted}"
    return "fail", f", the pin says {wanted}"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text.split("-", maxsplit=1)[0]))


@dataclass(frozen=True)
class MeantImage:
    """The image that a profile means on this engine now.

    Attributes:
        shown: what the profile calls it.
        id: its id; nothing where no such image is here.
        digest: of the image in its registry, or its id where it never was in one.
        source: where it came from.
        other: where it is not here, how it is known all the same that it is another one than what
            runs; nothing where that is not known.
    """

    shown: str
    id: str = ""
    digest: str = ""
    source: Source = "local"
    other: str = ""


def judge_image(service: str, runs: str, meant: MeantImage, again: str) -> Result:
    """Compare the image that a container runs with the one that its profile means now.

    Args:
        service: whose container it is.
        runs: the id of the image that the container was made of.
        meant: what the profile means.
        again: the command that makes the container anew.
    """
    id, title = f"service.{service}.image", f"{service} image"
    if meant.id == runs:
        text = f"{meant.shown} ({short_digest(meant.digest)}{_origin(meant.source)})"
        return Result(id, title, "pass", text, evidence=(meant.digest,))
    fix = Fix("bring it up again: its container is made anew, its volumes stay", (again,))
    evidence = [f"the container runs {runs}"]
    if meant.id:
        evidence.append(f"{meant.shown} is {meant.id}")
        status, fault, text = _OTHER, OTHER_IMAGE, f"runs another image than {meant.shown} is now"
    elif meant.other:
        status, fault, text = _OTHER, OTHER_IMAGE, meant.other
    else:
        text = f"{meant.shown} is no longer on this engine, so what runs cannot be compared with it"
        status, fault = _UNKNOWN, IMAGE_GONE
    return Result(id, title, status, text, evidence=tuple(evidence), fix=fix, fault=fault)


def _origin(source: Source) -> str:
    match source:
        case "recipe":
            return ", built from packages in its place"
        case "build":
            return ", as it is now"
        case "registry":
            return ""
        case "bundle" | "local":
            return ", from no registry"


def judge_data(
    service: str, path: str, mounts: Mapping[str, str], volumes: Collection[str]
) -> Result | None:
    """Whether the folder where a server says that it keeps its data lies on a volume of its own.

    Args:
        service: the service.
        path: that folder; None is returned where it says nothing.
        mounts: the paths where something is mounted in its container, each with its volume's name.
        volumes: the named volumes of its instance that it was given.
    """
    if not path:
        return None
    id, title = f"service.{service}.data", f"{service} data"
    volume = mounts.get(_mount_of(path, mounts), "")
    if volume in volumes:
        return Result(id, title, "pass", f"{path} is on volume {volume}")
    mounted = tuple(f"{name} is mounted at {at}" for at, name in mounts.items() if name in volumes)
    return Result(
        id,
        title,
        "fail",
        f"it keeps its data in {path}, on none of its volumes: the data goes with the container",
        evidence=mounted or ("no volume is mounted in it",),
        fix=Fix(
            "let the server keep its data below the path where its volume is mounted, or mount one "
            f"there: `volumes: [NAME:{path}]`; save first what it holds by now"
        ),
        fault=DATA_OUTSIDE,
    )


def _mount_of(path: str, mounts: Mapping[str, str]) -> str:
    """Where that is mounted which a path lies on; nothing where it is the container's own layer."""
    holders = (at for at in mounts if PurePosixPath(path).is_relative_to(at))
    return max(holders, key=len, default="")
