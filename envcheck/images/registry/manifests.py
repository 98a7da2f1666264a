"""Manifests and indexes as values, from the JSON that a registry answers with. Pure.

The forms: https://github.com/opencontainers/image-spec, manifest.md and image-index.md; Docker's
own older ones have the same keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


@dataclass(frozen=True)
class Blob:
    """A blob that a manifest names; ``size`` in bytes, as it is transferred."""

    digest: str
    size: int
    media_type: str


@dataclass(frozen=True)
class PlatformImage:
    """An image for one platform: its manifest's digest, its configuration, its layers."""

    digest: str
    config: Blob
    layers: tuple[Blob, ...]

    @property
    def size(self) -> int:
        """Bytes of its compressed layers."""
        return sum(layer.size for layer in self.layers)


@dataclass(frozen=True)
class RegistryImage:
    """What a tag or digest stands for: its own digest, and the image for each platform."""

    digest: str
    platforms: Mapping[str, PlatformImage]


def is_index(manifest: Mapping[str, Any]) -> bool:
    """Whether it lists the manifests of platforms rather than layers."""
    return isinstance(manifest.get("manifests"), list)


def entries_of(index: Mapping[str, Any]) -> dict[str, str]:
    """The platforms of an index, each with its manifest's digest.

    Build tools add entries for the platform ``unknown/unknown``, which hold no image.
    """
    found: dict[str, str] = {}
    for entry in index["manifests"]:
        name = platform_name(entry.get("platform") or {})
        if "unknown" not in name:
            found.setdefault(name, str(entry["digest"]))
    return found


def platform_name(data: Mapping[str, Any]) -> str:
    """A platform in Docker's words, from the three keys that index and configuration both have."""
    parts = (data.get("os") or "unknown", data.get("architecture") or "unknown")
    variant = data.get("variant")
    return "/".join(str(part) for part in (*parts, *([variant] if variant else ())))


def platform_image(digest: str, manifest: Mapping[str, Any]) -> PlatformImage:
    """The image that a manifest describes.

    Raises:
        KeyError: it is no such manifest.
    """
    return PlatformImage(
        digest, _blob(manifest["config"]), tuple(_blob(layer) for layer in manifest["layers"])
    )


def _blob(data: Mapping[str, Any]) -> Blob:
    return Blob(str(data["digest"]), int(data["size"]), str(data.get("mediaType") or ""))
