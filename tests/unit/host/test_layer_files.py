"""What has come of a layer stays, and only what is whole counts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import RegistryUnreachable, StepFailed
from envcheck.host.layer_files import LayerFiles, layer_files

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = b"0123456789"
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


def cut(content: bytes) -> Iterator[bytes]:
    """Some bytes, and then the connection breaks."""
    yield content
    raise RegistryUnreachable("cut", id="registry.unreachable")


def test_what_has_come_stays_where_the_rest_does_not_come(tmp_path: Path) -> None:
    files = LayerFiles(tmp_path)
    with pytest.raises(RegistryUnreachable):
        list(files.add(DIGEST, cut(b"0123"), 0))
    assert files.length(DIGEST) == 4
    assert not files.holds(DIGEST, len(CONTENT))
    assert list(files.add(DIGEST, iter([b"456", b"789"]), 4)) == [3, 3]
    assert files.holds(DIGEST, len(CONTENT))
    assert b"".join(files.pieces(DIGEST)) == CONTENT


def test_an_answer_that_begins_anew_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    files = LayerFiles(tmp_path)
    list(files.add(DIGEST, iter([b"01234"]), 0))
    list(files.add(DIGEST, iter([CONTENT]), 0))
    assert files.holds(DIGEST, len(CONTENT))


def test_what_is_not_what_it_should_be_is_thrown_away(tmp_path: Path) -> None:
    files = LayerFiles(tmp_path)
    list(files.add(DIGEST, iter([b"9876543210"]), 0))
    assert not files.holds(DIGEST, len(CONTENT))
    assert files.length(DIGEST) == 0


def test_a_disk_that_takes_no_more_is_said() -> None:
    full = LayerFiles(Path("/nowhere/at/all"))
    with pytest.raises(StepFailed) as caught:
        list(full.add(DIGEST, iter([CONTENT]), 0))
    assert caught.value.id == "images.no-room-for-layers"


def test_the_folder_is_gone_afterwards_whatever_happened() -> None:
    seen: list[Path] = []

    def interrupted() -> None:
        with layer_files() as files:
            list(files.add(DIGEST, iter([CONTENT]), 0))
            seen.append(files.folder)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not seen[0].exists()
