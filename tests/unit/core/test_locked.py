"""Which images are kept because another profile's lockfile pins them."""

from __future__ import annotations

from envcheck.core.locked import locked_images
from envcheck.core.lockfile import LockedImage, LockedPlatform, Lockfile, dump_lockfile
from envcheck.core.observed import SeenImage
from envcheck.core.reference import parse_reference

INDEX, MANIFEST, CONFIG = (f"sha256:{digit * 64}" for digit in "abc")
REDIS = parse_reference("redis:8.0.2")
LOCK = dump_lockfile(
    Lockfile(
        {
            REDIS: LockedImage(
                REDIS,
                INDEX,
                "2026-11-24T12:00:00Z",
                {"linux/amd64": LockedPlatform(MANIFEST, CONFIG, 1)},
            )
        }
    ),
    "other",
)


def image(id: str = "sha256:1", tag: str = "", digest: str = "") -> SeenImage:
    digests = (f"redis@{digest}",) if digest else ()
    return SeenImage(id, (tag,) if tag else (), digests, {}, 1)


def test_an_image_is_pinned_by_any_of_its_digests_and_never_by_its_tag() -> None:
    by_index, by_manifest = image("sha256:1", digest=INDEX), image("sha256:2", digest=MANIFEST)
    by_config, of_the_tag = image(CONFIG), image("sha256:3", tag="redis:8.0.2")
    seen = (by_index, by_manifest, by_config, of_the_tag)
    found = locked_images([("other.lock", LOCK)], seen)
    assert found == dict.fromkeys((by_index.id, by_manifest.id, CONFIG), "other.lock pins it")


def test_a_damaged_lockfile_may_use_what_it_names_and_nothing_else() -> None:
    by_tag, by_digest = image("sha256:1", tag="redis:8.0.2"), image("sha256:2", digest=INDEX)
    other = image("sha256:3", tag="node:24.21.0", digest=f"sha256:{'f' * 64}")
    damaged = f"{LOCK}  oops: ["
    found = locked_images([("other.lock", damaged)], (by_tag, by_digest, other))
    assert found == dict.fromkeys(
        (by_tag.id, by_digest.id), "other.lock cannot be read as a lockfile, and names it"
    )
