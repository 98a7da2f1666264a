"""Bundles that were damaged, or made to do harm. Each way takes a generator, and gives a file."""

from __future__ import annotations

import hashlib
import json
import tarfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from envcheck.images.bundle.index import PROJECT, Member, from_data
from envcheck.images.bundle.members import header
from tests.unit.images.bundle import small

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Attack = Callable[[Random], bytes]

INDEX, BUNDLE = small.write(small.old_layout())
PLAIN = small.parts(INDEX).plain()

PATHS = (
    "../outside/evil",
    "/tmp/evil",
    "profiles/../../outside/evil",
    "profiles/./web/run2",
    "profiles//run2",
    "profiles/..",
    "profiles",
    "profiles/",
    "outside/evil",
    ".git/hooks/pre-commit",
    "profiles/a\0b",
    "profiles/a\nb",
    "profiles/\x1b[2J",
    "profiles/..\\..\\outside\\evil",
    "profiles/C:evil",
    "profiles/con",
    "profiles/NUL.txt",
    "profiles/aux.yaml",
    "profiles/ends.",
    "profiles/ends ",
    "profiles/\u202egnp.exe",
    "profiles/\ud800",
    "profiles/" + "x" * 256,
    "profiles/" + "a/" * 60 + "b",
    "profiles/" + "é" * 600,
    "profiles/shop.yaml",  # there already
    "profiles/SHOP.yaml",
    "profiles/shop.yaml/below",
    "profiles/web",
    "profiles/web/start/below",  # start is a link
)
LINKS = (
    "../../../outside",
    "/etc/passwd",
    "../shop.yaml",
    "..",
    ".",
    "run/../../..",
    "a/../../../outside",
    "../other/file",
    "",
    "a\0b",
    "a\\..\\b",
    "./run",
    "run/",
)
IMAGE_NAMES = (
    "ubuntu:24.04",
    "postgres:18.0",
    "postgres",
    "postgres:17.11@sha256:" + "0" * 64,
    "evil.example/postgres:17.11",
    "POSTGRES:17.11",
    "postgres:17.11\n",
    "-v:1",
    "envcheck.local.example/shop:1",
    "envcheck.local/../x:1",
    "",
)
ODD: tuple[Any, ...] = (
    *(None, True, False, -1, 1 << 70, 0.5, 1e400, "", "\0", "x" * 5000, "\ud800", "../..", {}),
    *([None], [[[[[[]]]]]], {"a": {"b": {}}}, {"path": "x"}, ["sha256:0"], "sha256:" + "g" * 64),
)
KINDS = (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE)
MORE_KINDS = (tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME)


def data() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(INDEX.text())
    return read


def written(changed: Any) -> bytes:
    return json.dumps(changed, indent=1, sort_keys=True).encode() + b"\n"


def with_index(changed: Any, members: list[tuple[bytes, bytes]] | None = None) -> bytes:
    members = members or small.parts(INDEX).members
    with suppress(Exception):  # where nothing can be made to fit it, the index is bad enough
        manifest = from_data(changed).manifest()
        members[0] = (header(Member("manifest.json", len(manifest), "")), manifest)
    return small.packed(small.Parts(written(changed), members).plain())


# The file as it lies on a disk


def flipped(random: Random) -> bytes:
    raw = bytearray(BUNDLE)
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        at = random.randrange(len(raw))
        raw[at] ^= 1 << random.randrange(8)
    return bytes(raw)


def cut(random: Random) -> bytes:
    return BUNDLE[: random.randrange(len(BUNDLE))]


def moved(random: Random) -> bytes:
    """Pieces removed, put in twice, exchanged or emptied."""
    one, other, end = sorted(random.sample(range(len(BUNDLE) + 1), 3))
    first, second, rest = BUNDLE[one:other], BUNDLE[other:end], BUNDLE[end:]
    between = random.choice(
        (b"", first + second + first, second + first, b"\0" * len(first), random.randbytes(40))
    )
    return BUNDLE[:one] + between + rest


def longer(random: Random) -> bytes:
    return BUNDLE + random.choice((b"\0", BUNDLE, random.randbytes(random.randrange(1, 90))))


# The archive in it, with a seal that fits


def byte_of_archive(random: Random) -> bytes:
    plain = bytearray(PLAIN)
    plain[random.randrange(len(plain))] ^= random.randrange(1, 256)
    return small.packed(bytes(plain))


def cut_archive(random: Random) -> bytes:
    return small.packed(PLAIN[: random.randrange(len(PLAIN))])


def other_members(random: Random) -> bytes:
    """One removed, put in twice, exchanged with another, or added."""
    parts = small.parts(INDEX)
    one, other = random.sample(range(len(parts.members)), 2)
    match random.randrange(4):
        case 0:
            del parts.members[one]
        case 1:
            parts.members.insert(other, parts.members[one])
        case 2:
            swapped = parts.members[other], parts.members[one]
            parts.members[one], parts.members[other] = swapped
        case _:
            name = PROJECT + random.choice(PATHS[:22]).replace("\ud800", "")
            parts.members.insert(one, (header(Member(name, 4, "")), b"evil"))
    return small.packed(parts.plain())


def other_header(random: Random) -> bytes:
    """A member that is a link, a device, longer, shorter, somewhere else, or anybody's to run."""
    parts = small.parts(INDEX)
    at = random.randrange(len(parts.members))
    head, content = parts.members[at]
    entry = tarfile.TarInfo.frombuf(head, "utf-8", "strict")
    match random.randrange(4):
        case 0:
            entry.type = random.choice((*KINDS, *MORE_KINDS))
            entry.linkname = random.choice(("/etc/passwd", "../../outside/canary", "project"))
        case 1:
            entry.size = max(0, entry.size + random.choice((-1, 1, 512, -512, 1 << 33, 1 << 40)))
        case 2:
            entry.name = PROJECT + random.choice(PATHS[:22]).replace("\ud800", "")
        case _:
            entry.mode ^= random.choice((0o4000, 0o2000, 0o002, 0o100))
    parts.members[at] = (entry.tobuf(tarfile.GNU_FORMAT), content)
    changed = small.packed(parts.plain())
    return changed if parts.members[at][0] != head else other_header(random)


def bomb(random: Random) -> bytes:
    """More than was said, at the end or in a member."""
    parts = small.parts(INDEX)
    size = random.randrange(4 << 20, 12 << 20)
    if random.randrange(2):
        return small.packed(parts.plain() + b"\0" * size)
    at = random.randrange(len(parts.members))
    parts.members[at] = (parts.members[at][0], b"\0" * size)
    return small.packed(parts.plain())


# An index that asks for harm, all else made to fit it


def path_in_index(random: Random) -> bytes:
    changed, path = data(), random.choice(PATHS)
    evil = b"evil"
    entry = {**changed["files"][0], "path": path, "size": 4}
    entry["sha256"] = hashlib.sha256(evil).hexdigest()
    at = random.randrange(len(changed["files"]) + 1)
    changed["files"].insert(at, entry)
    members = [*small.parts(INDEX).members]
    name = f"{PROJECT}{path}".encode("utf-8", "replace").decode()
    members.insert(1 + min(at, len(small.FILES)), (header(Member(name, 4, "")), evil))
    return with_index(changed, members)


def link_in_index(random: Random) -> bytes:
    changed, target = data(), random.choice(LINKS)
    if random.randrange(2) or not target:
        changed["files"][-1]["link"] = target
    else:
        path = random.choice(("profiles/evil", "profiles/web/evil", "profiles/web/a/evil"))
        if target in ("../shop.yaml", "../other/file") and path.endswith("a/evil"):
            path = "profiles/web/evil"  # one folder further down these stay within
        changed["files"].append({**changed["files"][-1], "path": path, "link": target})
    return with_index(changed)


def name_in_index(random: Random) -> bytes:
    changed = data()
    names = random.choice(changed["images"])["names"]
    names.insert(random.randrange(len(names) + 1), random.choice(IMAGE_NAMES))
    return with_index(changed)


def size_in_index(random: Random) -> bytes:
    changed = data()
    entry = random.choice([*changed["files"][:4], *changed["images"], *changed["layers"]])
    entry["size"] = max(0, entry["size"] + random.choice((-1, 1, 512, -512, 1 << 33, 1 << 41)))
    return with_index(changed)


def odd_value(random: Random) -> bytes:
    """Anything instead of a value, at any depth; the form allows none of it there."""
    changed = data()
    inner: Any = changed
    while True:
        keys = [*inner] if isinstance(inner, dict) else [*range(len(inner))]
        key = random.choice(keys)
        if isinstance(inner[key], dict | list) and inner[key] and random.randrange(5):
            inner = inner[key]
            continue
        break
    value = random.choice(ODD)
    if key == "names" and isinstance(value, list):
        value = None
    if value == inner[key] and type(value) is type(inner[key]):
        return odd_value(random)
    inner[key] = value
    return with_index(changed)


def odd_keys(random: Random) -> bytes:
    changed = data()
    where = random.choice([changed, *changed["files"], *changed["images"], *changed["layers"]])
    if random.randrange(2):
        del where[random.choice([*where])]
    else:
        where[random.choice(("mode ", "uid", "type", "__class__", "x" * 900))] = random.choice(ODD)
    return with_index(changed)


def other_json(random: Random) -> bytes:
    """The same said in another way, twice, or nested without an end."""
    text = INDEX.text()
    depth = random.randrange(2_000, 60_000)
    choices = (
        text.replace(b" ", b"", random.randrange(1, 5)),
        text[:-2] + b',"file":"profiles/shop.yaml"}\n',
        b"[" * depth + b"]" * depth,
        b'{"a":' * depth + b"1" + b"}" * depth,
        text.replace(b'"size": ', b'"size": 00', 1),
        text.replace(b'"format": 1', b'"format": 1.0'),
        b"\xef\xbb\xbf" + text,
        text.decode().encode("utf-16"),
        random.randbytes(random.randrange(300)),
        b"",
    )
    parts = small.parts(INDEX)
    return small.packed(small.Parts(random.choice(choices), parts.members).plain())


ATTACKS: tuple[tuple[Attack, int], ...] = (
    (flipped, 400),
    (cut, 150),
    (moved, 200),
    (longer, 50),
    (byte_of_archive, 250),
    (cut_archive, 100),
    (other_members, 100),
    (other_header, 150),
    (bomb, 20),
    (path_in_index, 120),
    (link_in_index, 80),
    (name_in_index, 80),
    (size_in_index, 80),
    (odd_value, 200),
    (odd_keys, 80),
    (other_json, 40),
)
