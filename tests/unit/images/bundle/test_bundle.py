"""A bundle: what is written is read, and all of it is compared."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from zstandard import ZstdCompressionParameters, ZstdCompressor, ZstdDecompressor

from envcheck.core.errors import BundleInvalid, EnvcheckError, ObjectConflict, StepFailed
from envcheck.core.observed import Observed, SeenImage
from envcheck.core.spec import Label
from envcheck.images.bundle import limits
from envcheck.images.bundle.layers import take
from envcheck.images.bundle.seal import SIZE
from envcheck.run.ledger import Ledger
from tests.unit.images.bundle import small
from tests.unit.images.bundle.loading import Place, Store

if TYPE_CHECKING:
    from pathlib import Path

INDEX, BUNDLE = small.write(small.old_layout())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def unpacked(bundle: bytes) -> tarfile.TarFile:
    reader = ZstdDecompressor().stream_reader(bundle[SIZE:], read_across_frames=True)
    return tarfile.open(fileobj=io.BytesIO(reader.read()))


@pytest.mark.parametrize("layout", [small.old_layout(), small.oci_layout()], ids=["old", "oci"])
def test_what_was_saved_is_loaded(place: Place, layout: bytes) -> None:
    loaded = place.load(small.write(layout)[1])
    assert (loaded.profile, loaded.file) == ("shop", "profiles/shop.yaml")
    wanted = {f"project/{path}": text for path, text in small.FILES.items()}
    assert place.files() == {
        **wanted,
        "project/profiles/web/start": "run",
        "outside/canary": b"alive",
    }
    assert (place.into / "profiles/web/run").stat().st_mode & 0o777 == 0o755
    (sent,) = place.store.loaded
    with tarfile.open(fileobj=io.BytesIO(sent)) as tar:
        (told, _) = json.load(tar.extractfile("manifest.json") or io.BytesIO())
        assert told["RepoTags"] == ["postgres:17.11"]
        assert [tar.extractfile(name).read() for name in told["Layers"]] == [*small.LAYERS[:2]]  # type: ignore[union-attr]
        assert tar.extractfile(told["Config"]).read() == small.CONFIGS[0]  # type: ignore[union-attr]
        assert not [name for name in tar.getnames() if name.startswith("project/")]


def test_a_layer_that_images_share_is_held_once() -> None:
    names = unpacked(BUNDLE).getnames()
    assert len([name for name in names if name.startswith("layers/")]) == len(small.LAYERS)
    assert names[0] == "bundle.json"


def test_any_zstd_and_tar_can_read_it() -> None:
    with unpacked(BUNDLE) as tar:
        for path, text in small.FILES.items():
            assert tar.extractfile(f"project/{path}").read() == text  # type: ignore[union-attr]


def test_images_are_on_record_before_they_are_loaded(tmp_path: Path) -> None:
    class Broken(Store):
        def load(self, archive: object) -> None:  # noqa: ARG002 - none of it is taken
            raise StepFailed("the disk is full", id="machine.disk-full")

    place = Place(tmp_path, Broken())
    with pytest.raises(StepFailed, match="disk is full"):
        place.load(BUNDLE)
    (path,) = (tmp_path / "state" / "envcheck" / "engines").glob("*/ledger.sqlite3")
    ledger = Ledger(path)
    records = {record.reference: record for record in ledger.images()}
    ledger.close()
    assert {*records} == {*small.IMAGES, *(name for names in small.NAMES for name in names)}
    assert all(not r.before and r.instances == {"shop"} for r in records.values())
    assert {*place.files()} == {"outside/canary"}


def test_what_is_here_already_gets_its_name_only(tmp_path: Path) -> None:
    id, other = small.IMAGES
    seen = tuple(SeenImage(one, (), (), {}, 1) for one in (id, other))
    store = Store(Observed(images=seen))
    store.load(iter(()))
    store.loaded.clear()
    Place(tmp_path, store).load(BUNDLE)
    assert store.loaded == []
    assert store.tagged == [(id, "postgres:17.11"), (other, small.NAMES[1][0])]


def test_a_name_of_somebody_elses_is_not_taken(tmp_path: Path) -> None:
    theirs = SeenImage("sha256:" + "1" * 64, ("postgres:17.11",), (), {}, 1)
    place = Place(tmp_path, Store(Observed(images=(theirs,))))
    with pytest.raises(ObjectConflict) as caught:
        place.load(BUNDLE, yes=True)
    assert caught.value.id == "bundle.name-taken"
    assert place.store.loaded == []
    assert {*place.files()} == {"outside/canary"}


def test_an_older_image_of_ours_gives_its_name_up(tmp_path: Path) -> None:
    ours = SeenImage("sha256:" + "1" * 64, small.NAMES[1], (), {Label.VERSION: "0.4"}, 1)
    place = Place(tmp_path, Store(Observed(images=(ours,))))
    place.load(BUNDLE)
    assert len(place.store.loaded) == 1


def test_files_that_are_the_same_are_left_and_others_asked_about(place: Place) -> None:
    place.load(BUNDLE)
    before = (place.into / "profiles/shop.yaml").stat().st_mtime_ns
    place.load(BUNDLE)
    assert (place.into / "profiles/shop.yaml").stat().st_mtime_ns == before
    (place.into / "profiles/web/Dockerfile").write_text("FROM mine:1.0\n")
    (place.into / "profiles/web/run").chmod(0o700)
    with pytest.raises(EnvcheckError) as caught:
        place.load(BUNDLE)
    assert caught.value.id == "bundle.file-differs"
    assert caught.value.fix is not None
    assert caught.value.fix.commands == (
        "profiles/web/Dockerfile: differs",
        "profiles/web/run: is the same, with rights 700 instead of 755",
    )
    assert (place.into / "profiles/web/Dockerfile").read_text() == "FROM mine:1.0\n"
    place.load(BUNDLE, yes=True)
    assert place.files()["project/profiles/web/Dockerfile"].startswith(b"FROM postgres")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["profiles", "profiles/web", "profiles/shop.yaml"])
def test_a_link_in_the_folder_leads_nothing_out(place: Place, name: str) -> None:
    link = place.into / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(place.root / "outside")
    with pytest.raises(EnvcheckError) as caught:
        place.load(BUNDLE)
    assert caught.value.id in ("bundle.target-leads-out", "bundle.file-differs")
    assert [*(place.root / "outside").iterdir()] == [place.root / "outside" / "canary"]
    assert place.store.loaded == []


def test_another_platform_is_refused(place: Place) -> None:
    place.store.version = lambda: {"Os": "linux", "Arch": "arm64"}  # type: ignore[method-assign]
    with pytest.raises(StepFailed) as caught:
        place.load(BUNDLE)
    assert caught.value.id == "bundle.other-platform"


@pytest.mark.parametrize(
    ("bundle", "id"),
    [
        (b"", "bundle.not-one"),
        (b"PK\3\4" * 100, "bundle.not-one"),
        (BUNDLE[:-1], "bundle.damaged"),
        (BUNDLE + b"\0", "bundle.damaged"),
        (small.sealed(b"no zstd at all" * 20), "bundle.damaged"),
        (small.sealed(b""), "bundle.malformed"),
        (small.packed(b"\0" * 10_000), "bundle.malformed"),
        (small.packed(small.parts(INDEX).plain() + b"\0" * 512), "bundle.malformed"),
        (small.packed(small.parts(INDEX).plain()[:-512]), "bundle.malformed"),
    ],
)
def test_what_is_no_whole_bundle_is_named_as_what_it_is(
    place: Place, bundle: bytes, id: str
) -> None:
    with pytest.raises(BundleInvalid) as caught:
        place.load(bundle)
    assert caught.value.id == id
    assert caught.value.fix is not None
    assert place.store.loaded == []


def test_a_later_format_asks_for_a_later_envcheck(place: Place) -> None:
    parts = small.parts(INDEX)
    parts.index = parts.index.replace(b'"format": 1', b'"format": 2')
    with pytest.raises(BundleInvalid) as caught:
        place.load(small.packed(parts.plain()))
    assert caught.value.id == "bundle.newer-format"


def test_no_more_memory_is_taken_than_a_bundle_needs(place: Place) -> None:
    wide = ZstdCompressionParameters.from_level(
        1, window_log=limits.WINDOW.bit_length(), write_content_size=False
    )
    stream = ZstdCompressor(compression_params=wide).compressobj()
    packed = stream.compress(small.parts(INDEX).plain()) + stream.flush()
    with pytest.raises(BundleInvalid, match="memory"):
        place.load(small.sealed(packed))


def test_more_than_the_index_says_is_never_unpacked(place: Place) -> None:
    parts = small.parts(INDEX)
    parts.end = b""
    bomb = parts.plain() + b"\0" * (256 << 20)
    with pytest.raises(BundleInvalid, match="behind its end"):
        place.load(small.packed(bomb))


def test_an_image_that_is_not_what_the_index_says_is_refused(place: Place) -> None:
    first, second = INDEX.images
    lied = replace(INDEX, images=(replace(first, platform="linux/arm64"), second))
    place.store.version = dict  # type: ignore[method-assign] # an engine that does not tell
    with pytest.raises(BundleInvalid, match="not what its index says"):
        place.load(small.packed(small.parts(lied).plain()))


def test_an_engine_that_hands_out_something_else_is_told_of() -> None:
    for archive in (small.archive([]), b"\0" * 1024, b"x" * 2000):
        with pytest.raises(StepFailed) as caught:
            take(iter([archive]), small.IMAGES, io.BytesIO(), lambda _done: None)
        assert caught.value.id == "image.save-failed"
