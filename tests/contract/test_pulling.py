"""Pulling: told while it goes on, and each way to fail by its own name."""

from __future__ import annotations

import io
import os
import tarfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from envcheck.core.errors import ObjectMissing, RegistryUnreachable, StepFailed
from envcheck.core.reference import Reference, parse_reference
from tests.contract.bench import FakeBench, created, free_port, spec_of
from tests.contract.shelves import Refusal, Shelf, refusing
from tests.fake.things import Image
from tests.lab import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.engine.client import DockerEngine
    from tests.contract.bench import Bench

LAYER = 3_000_000  # bytes that cannot be packed: enough for an engine to tell of its progress


def shelf_of(present: Reference, digest: str) -> Shelf:
    nowhere = f"127.0.0.1:{free_port()}/some/thing:1.0"
    return Shelf(present, digest, replace(present, tag="9.9"), parse_reference(nowhere))


@pytest.fixture(scope="module")
def real_shelf(
    real_engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    """A real registry with one image in it, which is not on the engine."""
    with registry.serve(tmp_path_factory.mktemp("registry")) as server:
        present = parse_reference(f"{server.address}/some/thing:1.0")
        yield shelf_of(present, _push(real_engine, present))
        # By id where a test has pulled by digest, since such an image has no name.
        for image in real_engine.observe().images:
            if any(server.address in name for name in (*image.tags, *image.digests)):
                for name in image.tags or (image.id,):
                    real_engine.remove_image(name)


def _push(engine: DockerEngine, reference: Reference) -> str:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("content")
        entry.size = LAYER
        tar.addfile(entry, io.BytesIO(os.urandom(LAYER)))
    archive.seek(0)
    engine.import_image(str(reference), archive, {"of": "shelf"})
    api: Any = engine._api  # noqa: SLF001 - envcheck itself never pushes
    for event in api.push(reference.name, tag=reference.tag, stream=True, decode=True):
        assert "error" not in event, event
    digest = engine.registry_digest(reference)
    engine.remove_image(str(reference))
    return digest


@pytest.fixture
def shelf(bench: Bench, request: pytest.FixtureRequest) -> Shelf:
    """What the engine under trial can pull."""
    if not isinstance(bench, FakeBench):
        found: Shelf = request.getfixturevalue("real_shelf")
        return found
    present = parse_reference("registry.example/some/thing:1.0")
    digest = f"sha256:{'d' * 64}"
    image = Image("sha256:shelf", [], (f"{present.name}@{digest}",), {"of": "shelf"}, LAYER)
    pinned = replace(present, digest=digest)
    bench.engine.registry = {str(present): image, str(pinned): image}
    return shelf_of(present, digest)


def test_a_pull_tells_how_far_it_is_and_ends_with_the_image_here(
    bench: Bench, shelf: Shelf
) -> None:
    told: list[tuple[str, int | None, int | None]] = []
    bench.engine.pull(shelf.present, lambda *progress: told.append(progress))
    image = bench.engine.observe().image(str(shelf.present))
    assert image is not None
    assert image.labels == {"of": "shelf"}
    assert image.digests == (f"{shelf.present.name}@{shelf.digest}",)
    assert {phase for phase, _, _ in told} <= {"pulling", "unpacking"}
    known = [(done, total) for _, done, total in told if done is not None and total is not None]
    assert known[-1][0] == known[-1][1] >= LAYER
    assert [done for done, _ in known] == sorted(done for done, _ in known)
    bench.engine.remove_image(str(shelf.present))


def test_a_pull_of_what_is_here_changes_nothing(bench: Bench, shelf: Shelf) -> None:
    bench.engine.pull(shelf.present, lambda *_: None)
    before = bench.engine.observe().image(str(shelf.present))
    bench.engine.pull(shelf.present, lambda *_: None)
    assert bench.engine.observe().image(str(shelf.present)) == before
    bench.engine.remove_image(str(shelf.present))


def test_an_image_that_is_pinned_by_digest_is_found_by_its_pin(bench: Bench, shelf: Shelf) -> None:
    """It has no tag on the engine, only the digest; the pin in the profile has both."""
    pinned = replace(shelf.present, digest=shelf.digest)
    bench.engine.pull(pinned, lambda *_: None)
    image = bench.engine.observe().image(str(pinned))
    assert image is not None
    assert image.tags == ()
    name = created(bench, replace(spec_of(bench), image=str(pinned)))
    seen = bench.engine.observe().container(name)
    assert seen is not None
    assert seen.image_id == image.id
    bench.engine.remove_container(name)
    bench.engine.remove_image(image.id)
    assert bench.engine.observe().image(str(pinned)) is None


def test_a_tag_that_the_registry_does_not_have_is_missing(bench: Bench, shelf: Shelf) -> None:
    with pytest.raises(ObjectMissing) as caught:
        bench.engine.pull(shelf.unknown, lambda *_: None)
    assert caught.value.id == "registry.unknown-image"
    assert bench.engine.observe().image(str(shelf.unknown)) is None


def test_a_registry_that_nobody_runs_is_unreachable(bench: Bench, shelf: Shelf) -> None:
    if isinstance(bench, FakeBench):
        bench.engine.registry = None
    with pytest.raises(RegistryUnreachable) as caught:
        bench.engine.pull(shelf.nowhere, lambda *_: None)
    assert caught.value.id == "registry.unreachable"


@pytest.mark.engine
def test_the_digest_can_be_asked_for_without_a_pull(
    real_engine: DockerEngine, real_shelf: Shelf
) -> None:
    assert real_engine.registry_digest(real_shelf.present) == real_shelf.digest
    assert real_engine.observe().image(str(real_shelf.present)) is None
    with pytest.raises(ObjectMissing):
        real_engine.registry_digest(real_shelf.unknown)
    with pytest.raises(RegistryUnreachable):
        real_engine.registry_digest(real_shelf.nowhere)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("no", "id"),
    [
        (Refusal(404, "NAME_UNKNOWN", "no such repository"), "registry.unknown-image"),
        (Refusal(404, "MANIFEST_UNKNOWN", "manifest unknown"), "registry.unknown-image"),
        (Refusal(403, "DENIED", "requested access is denied"), "registry.access-denied"),
        (Refusal(401, "UNAUTHORIZED", "authentication required"), "registry.login-failed"),
        (Refusal(429, "TOOMANYREQUESTS", "too many pulls"), "registry.rate-limit"),
        (Refusal(500, "UNKNOWN", "the disk is on fire"), "registry.broken"),
        (Refusal(503, "UNAVAILABLE", "come back later"), "registry.broken"),
    ],
)
def test_a_registry_that_says_no_is_not_an_unreachable_one(
    real_engine: DockerEngine, no: Refusal, id: str
) -> None:
    with refusing(no) as address:
        reference = parse_reference(f"{address}/some/thing:1.0")
        with pytest.raises(StepFailed) as pulling:
            real_engine.pull(reference, lambda *_: None)
        with pytest.raises(StepFailed) as asking:
            real_engine.registry_digest(reference)
    for caught in (pulling, asking):
        assert caught.value.id == id
        assert caught.value.evidence
        assert not isinstance(caught.value, RegistryUnreachable)
