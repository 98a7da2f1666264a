"""What envcheck remembers is the user's alone, whatever was there and whatever the umask is."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import StepFailed
from envcheck.host.private import make_private, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def modes(top: Path) -> dict[str, str]:
    found = (top, *top.rglob("*"))
    return {str(p.relative_to(top)): oct(stat.S_IMODE(p.lstat().st_mode)) for p in found}


@pytest.fixture(params=[0o000, 0o022, 0o777])
def _mask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_mask")
def test_folders_and_files_are_made_for_the_user_alone(tmp_path: Path) -> None:
    top = tmp_path / "envcheck"
    make_private(top, top / "engines" / "one")
    write_private(top / "engines" / "one" / "words", "text")
    assert (top / "engines" / "one" / "words").read_text() == "text"
    assert modes(top) == {
        ".": "0o700",
        "engines": "0o700",
        "engines/one": "0o700",
        "engines/one/words": "0o600",
    }


def test_what_others_could_read_is_closed(tmp_path: Path) -> None:
    top = tmp_path / "envcheck"
    (top / "engines" / "other").mkdir(parents=True)
    for path in (top, top / "engines", top / "engines" / "other"):
        path.chmod(0o777)
    ledger = top / "engines" / "other" / "ledger.sqlite3"
    ledger.write_text("")
    ledger.chmod(0o664)
    make_private(top, top / "engines" / "one")
    assert set(modes(top).values()) == {"0o700", "0o600"}
    assert modes(top)["engines/other/ledger.sqlite3"] == "0o600"


def test_a_link_in_place_of_the_folder_or_in_it_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    top = tmp_path / "envcheck"
    top.symlink_to(theirs)
    with pytest.raises(StepFailed) as caught:
        make_private(top, top / "engines" / "one")
    assert caught.value.id == "machine.state-folder-unsafe"
    top.unlink()
    make_private(top, top / "engines" / "one")
    (top / "engines" / "one" / "ledger.sqlite3").symlink_to(theirs / "secret")
    with pytest.raises(StepFailed) as caught:
        make_private(top, top / "engines" / "one")
    assert "ledger.sqlite3 is a link" in caught.value.what


def test_what_belongs_to_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "envcheck"
    make_private(top, top)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    with pytest.raises(StepFailed) as caught:
        make_private(top, top)
    assert caught.value.id == "machine.state-folder-unsafe"
    assert f"{top} belongs to user " in caught.value.what
    assert caught.value.fix is not None


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_private(tmp_path / "words", "old")
    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "words", "\ud800")
    assert (tmp_path / "words").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["words"]
