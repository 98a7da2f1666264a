"""The files of seeds: read in pieces, unpacked on the way, and refused where they are none."""

from __future__ import annotations

import gzip
import os
import zlib
from typing import TYPE_CHECKING

import pytest

from envcheck.host.seed_files import UnusableFile, content, look

if TYPE_CHECKING:
    from pathlib import Path

LARGE = os.urandom(3_000_000)


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(LARGE)
    found = content(str(tmp_path / "a.sql"), packed=False)
    pieces = list(found.pieces())
    assert found.size == len(LARGE)
    assert b"".join(pieces) == LARGE
    assert len(pieces) == 3


def test_a_packed_file_is_unpacked_and_can_be_read_again(tmp_path: Path) -> None:
    # Two parts, as `cat a.gz b.gz` makes them: the size at its end is that of the last one only.
    parts = gzip.compress(LARGE) + gzip.compress(b"more")
    (tmp_path / "a.sql.gz").write_bytes(parts)
    found = content(str(tmp_path / "a.sql.gz"), packed=True)
    assert found.size == len(LARGE) + 4
    assert b"".join(found.pieces()) == b"".join(found.pieces()) == LARGE + b"more"


def test_what_is_in_a_file_is_seen_through_its_packing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PGDMP\1")
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"PGDMP\1"))
    plain, packed = look(str(tmp_path), "a"), look(str(tmp_path), "a.gz")
    assert (plain.packed, packed.packed) == (False, True)
    assert plain.head == packed.head == b"PGDMP\1"
    assert plain.path == str(tmp_path / "a")


def test_the_digest_changes_with_the_content_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"one")
    first = look(str(tmp_path), "a.sql").digest
    os.utime(tmp_path / "a.sql", (0, 0))
    assert look(str(tmp_path), "a.sql").digest == first
    (tmp_path / "a.sql").write_bytes(b"two")
    assert look(str(tmp_path), "a.sql").digest != first


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nothing.sql", "is not there"),
        ("folder", "is no file"),
        ("outside.sql", "leads out of the profile's folder"),
        ("dangling.sql", "is not there"),
        ("plain.gz", "is no gzip file, though its name ends in .gz"),
        ("cut.gz", "cannot be unpacked"),
        # Until Python 3.13 a circle of links is an error of its own; from then on it is no file.
        ("circle.sql", "cannot be read|is not there"),
        ("no\0file.sql", "cannot be read|is not there"),
        ("long" * 100, "cannot be read|is not there"),
    ],
)
def test_what_cannot_be_a_seed(tmp_path: Path, name: str, why: str) -> None:
    root = tmp_path / "profiles"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "secret").write_text("x")
    (root / "outside.sql").symlink_to("../secret")
    (root / "dangling.sql").symlink_to("nowhere")
    (root / "circle.sql").symlink_to("circle.sql")
    (root / "plain.gz").write_bytes(b"not packed")
    (root / "cut.gz").write_bytes(gzip.compress(LARGE)[:12])
    with pytest.raises(UnusableFile, match=why):
        look(str(root), name)


def test_a_link_within_the_folder_is_as_good_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"one")
    (tmp_path / "b.sql").symlink_to("a.sql")
    assert look(str(tmp_path), "b.sql").head == b"one"


def test_a_packed_file_that_is_cut_off_is_found_before_any_of_it_is_sent(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(LARGE)[:-100])
    with pytest.raises((EOFError, zlib.error)):
        content(str(tmp_path / "a.gz"), packed=True)
