"""How much room images need, and what is said where there is too little."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from envcheck.core.errors import RegistryUnreachable, StepFailed
from envcheck.core.mirrors import Place
from envcheck.core.plan import PullImage
from envcheck.core.reference import parse_reference
from envcheck.images.registry.manifests import Blob, PlatformImage, RegistryImage
from envcheck.images.room import Needed, images_of, needed, refuse_without_room

if TYPE_CHECKING:
    from envcheck.images.registry.client import RegistryClient

PLACE = Place("registry.example", "shop")
GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"
CONFIG = Blob("sha256:c", 500, "application/json")
PACKED = 1_000_000


@dataclass
class _Client:
    """Tells these ends of blobs, by digest; and this image, or nothing."""

    ends: dict[str, bytes] = field(default_factory=dict)
    image_: RegistryImage | None = None
    asked: list[str] = field(default_factory=list)

    def tail(self, _host: str, _repository: str, blob: Blob, count: int) -> bytes:
        self.asked.append(blob.digest)
        assert count == 4
        return self.ends.get(blob.digest, b"")

    def image(self, *_names: str) -> RegistryImage:
        if self.image_ is None:
            raise RegistryUnreachable("nobody", id="registry.unreachable")
        return self.image_


def client(fake: _Client) -> RegistryClient:
    return cast("RegistryClient", cast("Any", fake))


def image(*layers: Blob) -> tuple[Place, PlatformImage]:
    return PLACE, PlatformImage("sha256:m", CONFIG, layers)


def end(size: int) -> bytes:
    return (size % (1 << 32)).to_bytes(4, "little")


def test_a_layers_end_tells_what_it_unpacks_to_and_a_shared_one_counts_once() -> None:
    one, two = Blob("sha256:1", PACKED, GZIP), Blob("sha256:2", PACKED, GZIP)
    fake = _Client({"sha256:1": end(3_000_000), "sha256:2": end(5_000_000)})
    needs = needed(client(fake), [image(one, two), image(one)], 10)
    assert needs == Needed(2 * PACKED, 8_000_000, estimated=False)
    assert sorted(fake.asked) == ["sha256:1", "sha256:2"]


def test_what_unpacks_to_more_than_four_gigabytes_is_told_without_them() -> None:
    size = (1 << 32) + 1000
    layer = Blob("sha256:1", PACKED * 1000, GZIP)
    needs = needed(client(_Client({"sha256:1": end(size)})), [image(layer)], 10)
    assert needs.unpacked == size


def test_what_nobody_tells_is_estimated_and_called_so() -> None:
    layers = [Blob("sha256:1", PACKED, ZSTD), Blob("sha256:2", PACKED, GZIP)]
    needs = needed(client(_Client()), [image(*layers)], 10)
    assert needs == Needed(2 * PACKED, 6 * PACKED, estimated=True)


def test_where_there_is_room_for_the_worst_nobody_is_asked() -> None:
    fake = _Client()
    needed(client(fake), [image(Blob("sha256:1", PACKED, GZIP))], 1033 * PACKED)
    assert fake.asked == []
    needed(client(fake), [image(Blob("sha256:1", PACKED, GZIP))], 1033 * PACKED - 1)
    assert fake.asked == ["sha256:1"]


def test_an_image_that_we_cannot_ask_about_is_left_out() -> None:
    act = PullImage(parse_reference("registry.example/shop:1"), "sha256:d")
    assert images_of(client(_Client()), [act], "linux/amd64") == {}


def test_the_image_for_the_engines_platform_counts_with_any_variant() -> None:
    act = PullImage(parse_reference("registry.example/shop:1"), "sha256:d")
    platforms = {name: image()[1] for name in ("linux/s390x", "linux/arm64/v8")}
    fake = _Client(image_=RegistryImage("sha256:d", platforms))
    assert images_of(client(fake), [act], "linux/arm64") == {act: (PLACE, image()[1])}
    assert images_of(client(fake), [act], "linux/arm") == {}


def test_too_little_room_is_said_in_figures() -> None:
    refuse_without_room(Needed(100, 300, estimated=False), 400, "/var/lib/docker")
    with pytest.raises(StepFailed) as met:
        refuse_without_room(Needed(10**9, 3 * 10**9, estimated=True), 10**9, "/var/lib/docker")
    assert met.value.id == "images.no-space"
    assert met.value.what == (
        "the images need 1.0 GB to be pulled and about 3.0 GB unpacked, and 1.0 GB are free at "
        "/var/lib/docker"
    )
