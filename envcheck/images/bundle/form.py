"""Reading an index that may come from anybody: every field's form, and whether all fits. Pure."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from envcheck.core.errors import BundleInvalid, Fix
from envcheck.core.json_forms import at_most, list_of, matches, object_of
from envcheck.core.reference import parse_reference
from envcheck.images.bundle import limits
from envcheck.images.bundle.index import FORMAT, FileEntry, ImageEntry, Index, from_data
from envcheck.images.bundle.paths import FOLDER, fault_of_link, fault_of_name, fault_of_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.core.json_forms import Form

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_WORD = re.compile(r"[\w.+-]{1,100}", re.ASCII)
_PLATFORM = re.compile(r"[a-z0-9]{1,20}/[a-z0-9_]{1,20}(/[a-z0-9.]{1,20})?", re.ASCII)
_LINK_MODE = 0o777  # of every symbolic link on Linux
_SOURCES = ("registry", "recipe", "build", "local")


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= limits.PATH


def _reference(value: Any) -> bool:
    try:
        return _text(value) and bool(parse_reference(value))
    except ValueError:
        return False


_FILE: dict[str, Form] = {
    "path": _text,
    "mode": at_most(0o777),
    "size": at_most(limits.TOTAL),
    "sha256": lambda value: value == "" or matches(_HEX)(value),
    "link": _text,
}
_IMAGE: dict[str, Form] = {
    "id": matches(_DIGEST),
    "names": list_of(_text, 10),
    "pins": list_of(_reference, 100),
    "source": lambda value: value in _SOURCES,
    "platform": matches(_PLATFORM),
    "size": at_most(limits.CONFIG),
    "layers": list_of(matches(_DIGEST), limits.LAYERS),
}
_LAYER: dict[str, Form] = {"digest": matches(_DIGEST), "size": at_most(limits.TOTAL)}
_INDEX: dict[str, Form] = {
    "format": lambda value: value == FORMAT,
    "envcheck": matches(_WORD),
    "created": matches(_MOMENT),
    "profile": matches(_WORD),
    "file": _text,
    "files": list_of(object_of(_FILE), limits.FILES),
    "images": list_of(object_of(_IMAGE), limits.IMAGES),
    "layers": list_of(object_of(_LAYER), limits.LAYERS),
}


def read_index(text: bytes) -> Index:
    """The index, with nothing in it that a bundle may not hold.

    Raises:
        BundleInvalid: something is wrong with it.
    """
    data = _parsed(text)
    if not object_of(_INDEX)(data):
        raise malformed(f"its index has a wrong form: {_where(data)}")
    index = from_data(data)
    if index.text() != text:
        raise malformed("its index is not written as an index is")
    _check_files(index)
    _check_images(index)
    if index.size > limits.TOTAL:
        raise BundleInvalid("the bundle holds more than any may", id="bundle.too-large")
    return index


def _parsed(text: bytes) -> Any:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise malformed(f"its index is no JSON: {str(error)[:80]}") from error
    made = data.get("format") if isinstance(data, dict) else None
    if type(made) is int and made > FORMAT:
        raise BundleInvalid(
            f"the bundle has format {made}, and this envcheck reads up to {FORMAT}",
            id="bundle.newer-format",
            fix=Fix("load it with the version of envcheck that made it, or a later one"),
        )
    return data


def _where(data: Any) -> str:
    """Which of the index's fields are wrong."""
    if not isinstance(data, dict):
        return "it is no object"
    if data.keys() != _INDEX.keys():
        odd = sorted(map(str, data.keys() ^ _INDEX.keys()))
        return f"fields missing or unknown: {', '.join(odd)[:80]}"
    return ", ".join(name for name, form in _INDEX.items() if not form(data[name]))


def _check_files(index: Index) -> None:
    paths = [file.path for file in index.files]
    for file in index.files:
        fault = fault_of_path(file.path) or _fault_of_kind(file)
        if fault:
            shown = ascii(file.path)[1:-1][:80]
            raise BundleInvalid(f"the bundle holds the file {shown}: {fault}", id="bundle.path")
    # A file system that takes no notice of case, or of how an accent is made, would write one over
    # the other.
    folded = sorted(normalize("NFC", path).casefold().split("/") for path in paths)
    for one, other in pairwise(folded):
        if other[: len(one)] == one:
            name = "/".join(one)[:80]
            raise BundleInvalid(f"the bundle holds two files at {name}", id="bundle.path")
    if index.file not in paths or index.file.count("/") != FOLDER.count("/") + 1:
        raise malformed("it does not hold the profile that it names")


def _fault_of_kind(file: FileEntry) -> str:
    if not file.link:
        return "" if file.sha256 else "it has no checksum"
    if file.size or file.sha256 or file.mode != _LINK_MODE:
        return "it is a link and a file at once"
    return fault_of_link(file.path, file.link)


def _check_images(index: Index) -> None:
    if not index.images:
        raise malformed("it holds no image")
    _once((image.id for image in index.images), "image")
    _once((name for image in index.images for name in image.names), "name of an image")
    held = {layer.digest for layer in index.layers}
    used = {layer for image in index.images for layer in image.layers}
    if held != used:
        raise malformed("its layers are not those of its images")
    for image in index.images:
        _check_names(image)


def _check_names(image: ImageEntry) -> None:
    for name in image.names:
        if fault := fault_of_name(name, image.pins):
            raise BundleInvalid(
                f"the bundle would name an image so: {ascii(fault)[1:-1]}", id="bundle.image-name"
            )


def _once(things: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for thing in things:
        if thing in seen:
            raise malformed(f"it holds one {what} twice")
        seen.add(thing)


def malformed(why: str) -> BundleInvalid:
    """The error for a file that is built as no bundle is."""
    return BundleInvalid(
        f"this is no bundle as envcheck makes them: {why}",
        id="bundle.malformed",
        fix=Fix("make it anew with `envcheck bundle save`; do not trust where this one came from"),
    )
