"""The file of a snapshot: what was written is read, and nothing else is taken for it."""

from __future__ import annotations

import io
import random
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envcheck.app.snapshots import seal
from envcheck.app.snapshots.file import Writer, open_snapshot, pieces, verify
from envcheck.core.errors import SnapshotInvalid
from envcheck.core.snapshot import Index, SavedVolume
from envcheck.engine.volume_data import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KNOWN = SavedVolume("db-data", "db", "", 0, 0, 0, "")
EMPTY = Index("1.0", "2026-11-24T20:31:05Z", "first", "shop", "shop", "laptop", (), ())


def silent(_done: int) -> None:
    """Who tells nothing."""


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


FOLDER = entry(ROOT, tarfile.DIRTYPE)


def archive(*entries: tarfile.TarInfo, content: bytes = b"") -> bytes:
    """An archive with these entries, and one file more where there is content."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for one in entries:
            tar.addfile(one)
        if content:
            file = entry(f"{ROOT}/file")
            file.size = len(content)
            tar.addfile(file, io.BytesIO(content))
    return target.getvalue()


def written(*archives: bytes, change: Callable[[Index], Index] = lambda index: index) -> io.BytesIO:
    """A snapshot of these archives."""
    target = io.BytesIO()
    writer = Writer(target)
    volumes = [
        writer.volume(replace(KNOWN, name=f"v{number}"), [one[:700], one[700:]], silent)
        for number, one in enumerate(archives)
    ]
    writer.close(change(replace(EMPTY, volumes=tuple(volumes))))
    return target


def refused(file: io.BytesIO) -> str:
    with pytest.raises(SnapshotInvalid) as caught:
        verify(open_snapshot(file), silent)
    return caught.value.id


WORDS = random.Random(1).randbytes(300_000)  # noqa: S311 - the same each time


def test_what_was_written_is_read() -> None:
    archives = (archive(FOLDER, content=WORDS), archive(FOLDER), archive(FOLDER, content=b"x"))
    snapshot = open_snapshot(written(*archives))
    told: list[int] = []
    verify(snapshot, told.append)
    assert told[-1] == snapshot.index.size == sum(map(len, archives))
    assert told == sorted(told)
    found = [b"".join(pieces(snapshot, one, silent)) for one in snapshot.index.volumes]
    assert found == [*archives]


def test_zstd_itself_reads_it() -> None:
    from zstandard import ZstdDecompressor

    archives = (archive(FOLDER, content=WORDS), archive(FOLDER))
    raw = io.BytesIO(written(*archives).getvalue())
    with ZstdDecompressor().stream_reader(raw, read_across_frames=True) as unpacked:
        assert unpacked.read() == b"".join(archives)


def test_a_change_anywhere_is_seen() -> None:
    whole = written(archive(FOLDER, content=WORDS)).getvalue()
    chance = random.Random(2)  # noqa: S311 - the same each time
    places = {0, 9, seal.SIZE, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(150))}
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        assert refused(io.BytesIO(bytes(changed))).startswith("snapshot."), place


def test_every_length_but_the_right_one_is_seen() -> None:
    whole = written(archive(FOLDER, content=b"x" * 5000)).getvalue()
    for length in range(0, len(whole), 7):
        refused(io.BytesIO(whole[:length]))
    refused(io.BytesIO(whole + b"\0"))


@pytest.mark.parametrize("text", [b"", b"x", b"PK\3\4" * 100, b"\0" * 500])
def test_what_is_no_snapshot_is_called_so(text: bytes) -> None:
    assert refused(io.BytesIO(text)) == "snapshot.not-one"


HOSTILE: list[Sequence[tarfile.TarInfo]] = [
    (entry("etc", tarfile.DIRTYPE),),
    (entry(ROOT),),
    (entry(ROOT, tarfile.SYMTYPE, "/etc"),),
    (FOLDER, entry("/etc/passwd")),
    (FOLDER, entry("passwd")),
    (FOLDER, entry(f"{ROOT}/../passwd")),
    (FOLDER, entry(f"{ROOT}/a/../../passwd")),
    (FOLDER, entry(f"{ROOT}//passwd")),
    (FOLDER, entry(f"{ROOT}2/passwd")),
    (FOLDER, entry(f"{ROOT}/sda", tarfile.BLKTYPE)),
    (FOLDER, entry(f"{ROOT}/mem", tarfile.CHRTYPE)),
    (FOLDER, entry(f"{ROOT}/hard", tarfile.LNKTYPE, "/etc/passwd")),
    (FOLDER, entry(f"{ROOT}/hard", tarfile.LNKTYPE, f"{ROOT}/../etc/passwd")),
    (FOLDER, entry(f"{ROOT}/up", tarfile.SYMTYPE, "/etc"), entry(f"{ROOT}/up/passwd")),
    (
        FOLDER,
        entry(f"{ROOT}/up", tarfile.SYMTYPE, "/etc"),
        entry(f"{ROOT}/hard", tarfile.LNKTYPE, f"{ROOT}/up/passwd"),
    ),
]


@pytest.mark.parametrize("entries", HOSTILE)
def test_nothing_can_be_written_outside_of_the_volume(entries: Sequence[tarfile.TarInfo]) -> None:
    assert refused(written(archive(*entries))) == "snapshot.malformed"


def test_links_within_the_data_are_the_data_s_own_business() -> None:
    links = (
        entry(f"{ROOT}/current", tarfile.SYMTYPE, "versions/2"),
        entry(f"{ROOT}/elsewhere", tarfile.SYMTYPE, "/srv/data"),
        entry(f"{ROOT}/pipe", tarfile.FIFOTYPE),
        entry(f"{ROOT}/first"),
        entry(f"{ROOT}/again", tarfile.LNKTYPE, f"{ROOT}/first"),
    )
    verify(open_snapshot(written(archive(FOLDER, *links))), silent)


@pytest.mark.parametrize("cut", [1, 512, 700, 1024, 5000, 10_240])
def test_an_archive_that_an_engine_broke_off_is_none(cut: int) -> None:
    """An engine that cannot read on ends its answer as if all were there."""
    whole = archive(FOLDER, content=b"x" * 20_000)
    end = whole.rstrip(b"\0")
    least = -(-len(end) // 512) * 512
    assert refused(written(whole[: least + 512 - cut])) == "snapshot.malformed"


def test_an_index_cannot_promise_less_than_there_is() -> None:
    def smaller(index: Index) -> Index:
        return replace(index, volumes=tuple(replace(v, size=1000) for v in index.volumes))

    whole = archive(FOLDER, content=b"\0" * 50_000_000)
    assert refused(written(whole, change=smaller)) == "snapshot.damaged"


@pytest.mark.parametrize("field", ["offset", "packed"])
def test_volumes_follow_each_other(field: str) -> None:
    def shifted(index: Index) -> Index:
        first, *others = index.volumes
        moved = replace(first, **{field: getattr(first, field) + 1})
        return replace(index, volumes=(moved, *others))

    file = written(archive(FOLDER), archive(FOLDER), change=shifted)
    assert refused(file) == "snapshot.malformed"
