"""Which names of files, links and images a bundle may hold. Pure."""

from __future__ import annotations

import posixpath
import re

from envcheck.core.reference import parse_reference
from envcheck.core.spec import LOCAL_REGISTRY
from envcheck.images.bundle import limits

FOLDER = "profiles"
"""All files of a bundle lie in it, below the folder that the bundle is loaded into."""

_IN_CONTEXT = 2
"""Parts of a path that name a build context's folder."""

# Windows drops dots and spaces at the end of a name and reads these anywhere in one.
_ODD = re.compile(r'[\\:*?"<>|]')
_COMPONENT = re.compile(r"[a-zA-Z0-9]([\w.:-]*[a-zA-Z0-9])?", re.ASCII)
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE | re.ASCII)


def fault_of_path(path: str) -> str:
    """What is wrong with a file's path, in a few words; nothing where it may be written."""
    parts = path.split("/")
    if len(path.encode("utf-8", "replace")) > limits.PATH or len(parts) > limits.DEPTH:
        return "it is too long"
    if parts[0] != FOLDER or len(parts) == 1:
        return f"it is not below {FOLDER}/"
    return next(filter(None, map(_fault_of_part, parts)), "")


def _fault_of_part(part: str) -> str:
    if part in ("", ".", ".."):
        return "it does not go straight to its place"
    if len(part.encode("utf-8", "replace")) > limits.PART:
        return "it is too long"
    if not part.isprintable() or not _encodable(part):
        return "it holds what cannot be printed"
    if _ODD.search(part) or part != part.rstrip(". ") or _DEVICE.fullmatch(part):
        return "not every system has files of that name"
    return ""


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def fault_of_link(path: str, target: str) -> str:
    """What is wrong with a symbolic link; nothing where it stays in its own top folder.

    That folder is ``profiles/NAME``, since a build context is a folder there.
    """
    if not target or posixpath.isabs(target):
        return "its target is not relative"
    # Up first, then down: what goes up behind another link ends where no text tells.
    if posixpath.normpath(target) != target:
        return "its target does not go straight to its place"
    parts = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)).split("/")
    if path.count("/") < _IN_CONTEXT or parts[:_IN_CONTEXT] != path.split("/")[:_IN_CONTEXT]:
        return "it leads out of its folder"
    if path.split("/")[: len(parts)] == parts:
        return "it leads to a folder that it is in"
    return fault_of_path("/".join(parts))


def fault_of_name(name: str, pins: tuple[str, ...]) -> str:
    """What is wrong with an image's name: it is a pin of the profile, or one of ours."""
    try:
        reference = parse_reference(name)
    except ValueError as error:
        return str(error)
    if not all(map(_COMPONENT.fullmatch, reference.name.split("/"))):
        return f"'{name}' is no image's name"
    if not reference.tag or reference.digest:
        return f"'{name}' is not a name with a tag"
    if name.startswith(f"{LOCAL_REGISTRY}/"):
        return ""
    wanted = {f"{pin.name}:{pin.tag}" for pin in map(parse_reference, pins)}
    return "" if name in wanted else f"'{name}' is no image that the profile names"
