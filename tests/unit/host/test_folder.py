"""Writing below a folder: whole, with its rights, and never out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import StepFailed, UsageError
from envcheck.host.folder import Found, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_file_is_written_with_its_folders_and_rights(tmp_path: Path) -> None:
    with opened(str(tmp_path / "new")) as folder:
        assert folder.look("a/b/file") is None
        folder.write("a/b/file", 0o755, [b"one ", b"two"])
        folder.write("a/b/file", 0o640, [b"three"])
        found = folder.look("a/b/file")
    file = tmp_path / "new" / "a" / "b" / "file"
    assert file.read_bytes() == b"three"
    assert file.stat().st_mode & 0o777 == 0o640
    assert found is not None
    assert found.mode == 0o640
    assert [*file.parent.iterdir()] == [file]


def test_what_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    with opened(str(tmp_path)) as folder, pytest.raises(RuntimeError):
        folder.write("file", 0o644, broken())
    assert (tmp_path / "file").read_text() == "before"
    assert [*tmp_path.iterdir()] == [tmp_path / "file"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("theirs")
    (tmp_path / "in").mkdir()
    with opened(str(tmp_path / "in")) as folder:
        folder.link("file", "../outside")
        assert folder.look("file") == Found(link="../outside")
        folder.write("file", 0o644, [b"ours"])
    assert (tmp_path / "outside").read_text() == "theirs"
    assert (tmp_path / "in" / "file").read_text() == "ours"


@pytest.mark.parametrize("way", ["link", "file", "deep/link"])
def test_no_link_and_no_file_is_gone_through(tmp_path: Path, way: str) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "deep").mkdir(parents=True)
    outside.mkdir()
    (inside / "file").write_text("a file")
    (inside / "link").symlink_to(outside)
    (inside / "deep" / "link").symlink_to(outside)
    with opened(str(inside)) as folder:
        with pytest.raises(UsageError) as written:
            folder.write(f"{way}/x", 0o644, [b""])
        with pytest.raises(UsageError) as looked:
            folder.look(f"{way}/x")
    assert written.value.id == looked.value.id == "bundle.target-leads-out"
    assert [*outside.iterdir()] == []


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with opened(str(tmp_path)) as folder:
        with pytest.raises(StepFailed, match="could not be written"):
            folder.write("file", 0o644, [b""])
        with pytest.raises(UsageError, match="is no file"):
            folder.look("file")
    with pytest.raises(UsageError), opened(str(tmp_path / "file" / "\0")):
        pass
