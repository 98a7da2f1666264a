"""A report's file is written whole or not at all, and refused before the work if it cannot be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import UsageError
from envcheck.core.report import Report
from envcheck.reporters.files import FileReporter, ReportUnwritten, refuse_unwritable, write_whole

if TYPE_CHECKING:
    from pathlib import Path


def test_the_file_is_there_when_the_run_is_over_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    refuse_unwritable(file)
    assert [*tmp_path.iterdir()] == []
    FileReporter(file, lambda report: f"of {report.command}").finish(Report(command="up"))
    assert file.read_text() == "of up"
    assert [*tmp_path.iterdir()] == [file]


def test_what_stood_there_stays_until_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.xml"
    file.write_text("old")

    def torn(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", torn)
    with pytest.raises(ReportUnwritten, match=r"report\.xml could not be written: No space left"):
        FileReporter(file, lambda _report: "new").finish(Report())
    assert file.read_text() == "old"
    assert [*tmp_path.iterdir()] == [file]


def test_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real.html", tmp_path / "link.html"
    real.write_text("old")
    link.symlink_to(real)
    write_whole(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_others_may_read_it_as_any_file(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "report.html", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o644


def test_text_that_no_encoding_holds_costs_no_report(tmp_path: Path) -> None:
    write_whole(tmp_path / "report.html", "a\ud800b")
    assert (tmp_path / "report.html").read_text() == "a?b"


def test_what_cannot_be_written_is_refused_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.html").mkdir()
    for name, why in (
        ("none/report.html", "there is no folder"),
        ("file/report.html", "there is no folder"),
        ("folder.html", "something of that name that is no file"),
        (f"{'a' * 300}.html", "nothing can be written there: File name too long"),
    ):
        with pytest.raises(UsageError, match=why):
            refuse_unwritable(tmp_path / name)


def test_rights_are_not_asked_for_but_tried(tmp_path: Path) -> None:
    """The process folder lets nobody write, not even root."""
    (tmp_path / "link").symlink_to("/proc/self")
    with pytest.raises(UsageError, match="nothing can be written there"):
        refuse_unwritable(tmp_path / "link" / "report.html")


def test_the_folder_that_is_missing_can_be_made_as_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        refuse_unwritable(tmp_path / "my reports" / "report.html")
    assert refused.value.fix is not None
    assert refused.value.fix.commands == (f"mkdir -p '{tmp_path}/my reports'",)
