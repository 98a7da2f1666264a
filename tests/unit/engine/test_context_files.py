"""Reading a build context as docker does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.context import ContextFile
from envcheck.core.errors import UsageError
from envcheck.engine.context_files import read_context

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a Dockerfile and a few files."""
    files = ["Dockerfile", "app.js", "notes.md", "src/a.js", "src/b.md", "node_modules/x/y.js"]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def paths(folder: Path, ignored: str | None = None) -> set[str]:
    if ignored is not None:
        (folder / ".dockerignore").write_text(ignored)
    return set(read_context(str(folder)).files)


def test_everything_belongs_to_it_by_default(folder: Path) -> None:
    assert paths(folder) == {
        *["Dockerfile", "app.js", "notes.md", "src/a.js", "src/b.md", "node_modules/x/y.js"]
    }


@pytest.mark.parametrize(
    ("ignored", "left_out"),
    [
        ("node_modules", {"node_modules/x/y.js"}),
        ("# node_modules\n\n", set()),
        ("*.md", {"notes.md"}),
        ("**/*.md", {"notes.md", "src/b.md"}),
        ("**/*.md\n!notes.md", {"src/b.md"}),
        ("src/*\n!src/a.js", {"src/b.md"}),
        ("/app.js", {"app.js"}),
        ("  node_modules/  \r\n*.md\r\n", {"node_modules/x/y.js", "notes.md"}),
        ("Dockerfile", set()),  # the builder needs it
        ("*", {"app.js", "notes.md", "src/a.js", "src/b.md", "node_modules/x/y.js"}),
    ],
)
def test_what_is_ignored_is_left_out(folder: Path, ignored: str, left_out: set[str]) -> None:
    everything = paths(folder)
    found = paths(folder, ignored)
    assert found - {".dockerignore"} == everything - left_out


def test_modes_and_links_are_kept(folder: Path) -> None:
    (folder / "app.js").chmod(0o750)
    (folder / "link").symlink_to("app.js")
    (folder / "dead").symlink_to("nowhere")
    (folder / "to-folder").symlink_to("src")
    files = read_context(str(folder)).files
    assert files["app.js"] == ContextFile(b"app.js", 0o750)
    assert files["link"].link == "app.js"
    assert files["dead"].link == "nowhere"
    assert files["to-folder"].link == "src"
    assert "to-folder/a.js" not in files


def test_a_folder_without_a_dockerfile_cannot_be_built(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UsageError) as caught:
            read_context(str(folder))
        assert caught.value.id == "build.no-dockerfile"
        assert str(folder) in caught.value.what


def test_a_file_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(UsageError) as caught:
        read_context(str(folder))
    assert caught.value.id == "build.unreadable"
    assert caught.value.what.endswith("Permission denied")
    assert str(folder) in caught.value.what
