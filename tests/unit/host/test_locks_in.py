"""The lockfiles in a folder, as they are found for those who must not take an image away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.host.lockfiles import locks_in

if TYPE_CHECKING:
    from pathlib import Path


def test_a_profile_s_own_lockfile_is_known_by_its_name_or_by_the_profile_beside_it(
    tmp_path: Path,
) -> None:
    for name in ("shop", "other", "elsewhere"):
        (tmp_path / f"{name}.lock").write_text(name)
    (tmp_path / "elsewhere.yaml").write_text("description: x\nname: 'shop'\n")
    assert [text for _, text in locks_in(str(tmp_path), {"shop"})] == ["other"]


def test_what_cannot_be_opened_is_passed_over_and_what_is_no_text_is_read_all_the_same(
    tmp_path: Path,
) -> None:
    (tmp_path / "folder.lock").mkdir()
    (tmp_path / "bytes.lock").write_bytes(b"redis:8.0.2 \xff")
    assert [text for _, text in locks_in(str(tmp_path), set())] == ["redis:8.0.2 �"]
    assert list(locks_in(str(tmp_path / "gone"), set())) == []
