"""Where snapshots are kept: whole or not at all, and nobody else's to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import StepFailed, UsageError
from envcheck.host.snapshot_files import (
    file_for,
    files_of,
    new_file,
    opened,
    profiles_with_snapshots,
    remove,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    path = file_for(tmp_path / "state", "shop", "first")
    with new_file(path) as file:
        file.write(b"half")
        assert files_of(tmp_path / "state", "shop") == ()
        file.write(b" and half")
    assert path.read_bytes() == b"half and half"
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, path.parents[1])} == {0o700}
    assert files_of(tmp_path / "state", "shop") == (path,)
    assert profiles_with_snapshots(tmp_path / "state") == ("shop",)
    remove(path)
    remove(path)
    assert files_of(tmp_path / "state", "shop") == ()


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = file_for(tmp_path, "shop", "first")
    with new_file(path) as file:
        file.write(b"before")
    with pytest.raises(KeyboardInterrupt), new_file(path) as file:  # noqa: PT012 - the context is what is tried
        file.write(b"after")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"before"
    assert [*path.parent.iterdir()] == [path]


def test_what_a_killed_run_has_left_is_tidied_up(tmp_path: Path) -> None:
    path = tmp_path / "first.snapshot"
    (tmp_path / "first.snapshot.part99999").write_bytes(b"half")
    with new_file(path, own_folder=False) as file:
        file.write(b"whole")
    assert [*tmp_path.iterdir()] == [path]


def test_what_cannot_be_written_or_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as caught, new_file(tmp_path / "no" / "x", own_folder=False):
        pass
    assert caught.value.id == "snapshot.unwritable"
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError) as refused, opened(path):
            pass
        assert refused.value.id == "snapshot.unreadable"
