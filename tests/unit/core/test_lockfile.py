"""A lockfile: what is written can be read, and what is wrong in one is named with its place."""

from __future__ import annotations

import random

import pytest

from envcheck.core.errors import ProfileInvalid
from envcheck.core.lockfile import (
    LockedImage,
    LockedPlatform,
    Lockfile,
    dump_lockfile,
    read_lockfile,
)
from envcheck.core.reference import parse_reference
from envcheck.core.relock import changes, to_resolve
from tests.effort import few

A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
POSTGRES, REDIS = parse_reference("postgres:17.11"), parse_reference("10.0.0.1:5000/x/redis:8")


def locked(name: str = "postgres:17.11", digest: str = A) -> LockedImage:
    amd, arm = LockedPlatform(B, C, 12), LockedPlatform(C, B, 34)
    return LockedImage(
        parse_reference(name),
        digest,
        "2026-11-24T12:00:00Z",
        {"linux/amd64": amd, "linux/arm64/v8": arm},
    )


def lockfile(*images: LockedImage) -> Lockfile:
    return Lockfile({image.reference: image for image in images})


LOCK = lockfile(locked(), locked("10.0.0.1:5000/x/redis:8"), locked(f"node@{A}"))
TEXT = dump_lockfile(LOCK, "webapp")


def test_what_is_written_is_read_back_and_sorted_whatever_the_order() -> None:
    assert read_lockfile(TEXT, "webapp.lock") == LOCK
    turned = lockfile(*[*LOCK.images.values()][::-1])
    assert dump_lockfile(turned, "webapp") == TEXT
    assert TEXT.index("10.0.0.1:5000") < TEXT.index("node@") < TEXT.index("postgres:17.11")


def test_one_line_differs_where_one_digest_does() -> None:
    moved = dump_lockfile(lockfile(*LOCK.images.values(), locked(digest=C)), "webapp")
    pairs = zip(TEXT.splitlines(), moved.splitlines(), strict=True)
    assert [(old, new) for old, new in pairs if old != new] == [
        (f"    digest: {A}", f"    digest: {C}")
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("version: 1", "version: 2", "3:10: version 2 is newer than this envcheck knows"),
        ("version: 1", "version: x", "3:10: 'version' must be a whole number, not text"),
        ("version: 1\n", "", "3:1: the key 'version' is missing"),
        ("images:", "imagse:", "4:1: unknown key 'imagse' (did you mean 'images'?)"),
        (A, "sha256:12", "6:13: 'digest' must be a digest such as sha256:87c4…, not 'sha256:12'"),
        ("size: 12", "size: -1", "'size' must be a whole number, not the number -1"),
        ("linux/amd64", "linux", "'linux' is no platform such as linux/amd64"),
        ("postgres:17.11", "Postgres:17.11", "'Postgres:17.11' is not an image reference"),
        ("'2026-11-24T12:00:00Z'", "yesterday", "must be a time such as 2026-11-24T12:00:00Z"),
        (f"node@{A}", f"node@{B}", "the digest is not the one in the image's own reference"),
        ("    platforms:\n", "    platforms: {}\n    x:\n", "no platform is named"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, problem: str) -> None:
    with pytest.raises(ProfileInvalid) as caught:
        read_lockfile(TEXT.replace(old, new, 1), "p/webapp.lock")
    assert caught.value.id == "lockfile.invalid"
    assert problem in "\n".join(caught.value.evidence)
    assert all(line.startswith("p/webapp.lock:") for line in caught.value.evidence)


@pytest.mark.parametrize("text", ["", "[]", "- 1", "{", "a: b: c", "images: 3", "\0", "&a [*a]"])
def test_what_is_no_lockfile_at_all_is_said_once(text: str) -> None:
    with pytest.raises(ProfileInvalid) as caught:
        read_lockfile(text, "webapp.lock")
    assert caught.value.id == "lockfile.invalid"


def test_mutated_lockfiles_are_refused_or_say_the_same_form() -> None:
    """Every one is read as a lockfile or refused with its places; nothing else is ever raised."""
    chance = random.Random(5)  # noqa: S311 - the same mutations every time
    errors = [error for _ in range(few(400)) if (error := _refusal(_mutated(chance))) is not None]
    assert len(errors) > few(200)
    assert {error.id for error in errors} == {"lockfile.invalid"}
    assert all(error.problems for error in errors)
    assert all(problem.line >= 1 for error in errors for problem in error.problems)


def _refusal(text: str) -> ProfileInvalid | None:
    """Why a text is refused; what is still a lockfile can be written and read again."""
    try:
        read = read_lockfile(text, "webapp.lock")
    except ProfileInvalid as error:
        return error
    assert read_lockfile(dump_lockfile(read, "webapp"), "webapp.lock") == read
    return None


def _mutated(chance: random.Random) -> str:
    text = [*dump_lockfile(lockfile(locked()), "webapp")]
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text))
        match chance.randrange(4):
            case 0:
                text[at] = chr(chance.randrange(1, 0x250))
            case 1:
                del text[at : at + chance.randint(1, 40)]
            case 2:
                text.insert(at, chance.choice("{}[]:&*!|>'\"\t\n#%@`-"))
            case _:
                text[at:at] = text[at : at + chance.randint(1, 80)]
    return "".join(text)


def test_only_what_is_new_or_to_be_moved_on_is_asked_for() -> None:
    lock = lockfile(locked())
    assert to_resolve(lock, (POSTGRES, REDIS), ()) == (REDIS,)
    assert to_resolve(lock, (POSTGRES, REDIS), (POSTGRES,)) == (POSTGRES, REDIS)


def test_every_turn_of_a_lock_has_its_word() -> None:
    old = lockfile(locked(), locked("a:1"), locked("b:1"))
    new = lockfile(locked(digest=B), locked("a:1"), locked("c:1"))
    wanted = tuple(new.images)
    assert [(str(c.reference), c.turn) for c in changes(old, new, wanted)] == [
        ("a:1", "kept"),
        ("c:1", "added"),
        ("postgres:17.11", "moved"),
        ("b:1", "removed"),
    ]
