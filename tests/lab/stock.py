"""Images made of random bytes, put into a registry without an engine."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


@dataclass(frozen=True)
class Layer:
    """A layer as it is transferred, and the digest of what is unpacked from it."""

    packed: bytes
    diff_id: str
    size: int

    @property
    def digest(self) -> str:
        """Its name in a registry."""
        return digest(self.packed)


def layer(size: int, seed: str, **programs: bytes) -> Layer:
    """A layer with a file of that many random bytes, the same for the same seed, and programs."""
    content = random.Random(seed).randbytes(size)  # noqa: S311 - it keeps no secret
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data, mode in ((f"data-{seed}", content, 0o644), *_programs(programs)):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), mode
            archive.addfile(entry, io.BytesIO(data))
    tar = buffer.getvalue()
    return Layer(gzip.compress(tar, 1, mtime=0), digest(tar), len(tar))


def vast(size: int, seed: str) -> Layer:
    """What a layer that unpacks to so many bytes looks like to whoever reads its end only.

    It is as small as if it held nothing but zeroes.
    """
    content = random.Random(seed).randbytes(size // 1000)  # noqa: S311 - it keeps no secret
    packed = content + size.to_bytes(4, "little")
    return Layer(packed, digest(packed), size)


def _programs(programs: dict[str, bytes]) -> list[tuple[str, bytes, int]]:
    return [(f"bin/{name}", data, 0o755) for name, data in programs.items()]


def digest(data: bytes) -> str:
    """The name that registries and engines give to data."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def put(
    registry: str,
    image: str,
    layers: Sequence[Layer],
    *,
    architecture: str = "amd64",
    **config: Any,
) -> str:
    """Put an image of these layers into a registry; its digest.

    The registry does not look into layers.

    Args:
        registry: HOST:PORT.
        image: NAME:TAG.
        layers: from the lowest to the topmost.
        architecture: what it is made for.
        config: fields as in a Dockerfile, such as ``Cmd``.
    """
    repository, _, tag = image.rpartition(":")
    data = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Cmd": ["sh"], "StopSignal": "SIGKILL", **config},
        "rootfs": {"type": "layers", "diff_ids": [one.diff_id for one in layers]},
    }
    configuration = json.dumps(data).encode()
    for blob in (configuration, *(one.packed for one in layers)):
        _put_blob(registry, repository, blob)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(_CONFIG, configuration),
        "layers": [_descriptor(_LAYER, one.packed) for one in layers],
    }
    return _put_manifest(registry, repository, tag, MANIFEST, manifest)


def _descriptor(media: str, data: bytes) -> dict[str, object]:
    return {"mediaType": media, "size": len(data), "digest": digest(data)}


def put_index(registry: str, image: str, tags: Mapping[str, str]) -> str:
    """Put an index of images that are in the same repository into a registry; its digest.

    Args:
        registry: HOST:PORT.
        image: NAME:TAG of the index.
        tags: the tag of an image by the architecture that it is for.
    """
    repository, _, tag = image.rpartition(":")
    entries = []
    for architecture, other in tags.items():
        manifest = _get(f"http://{registry}/v2/{repository}/manifests/{other}", MANIFEST)
        platform = {"os": "linux", "architecture": architecture}
        entries.append({**_descriptor(MANIFEST, manifest), "platform": platform})
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    return _put_manifest(registry, repository, tag, INDEX, index)


def _put_manifest(registry: str, repository: str, tag: str, media: str, data: object) -> str:
    body = json.dumps(data).encode()
    _send(
        "PUT", f"http://{registry}/v2/{repository}/manifests/{tag}", body, {"Content-Type": media}
    )
    return digest(body)


def _put_blob(registry: str, repository: str, blob: bytes) -> None:
    place = _send("POST", f"http://{registry}/v2/{repository}/blobs/uploads/", b"", {})
    joint = "&" if "?" in place else "?"
    media = {"Content-Type": "application/octet-stream"}
    _send("PUT", f"{place}{joint}digest={digest(blob)}", blob, media)


def _get(url: str, media: str) -> bytes:
    request = urllib.request.Request(url, headers={"Accept": media})  # noqa: S310
    with _opened(request) as answer:
        body: bytes = answer.read()
        return body


def _send(verb: str, url: str, body: bytes, headers: dict[str, str]) -> str:
    """Send it; where the answer says that more may be sent to."""
    request = urllib.request.Request(url, data=body, headers=headers, method=verb)  # noqa: S310
    with _opened(request) as answer:
        return str(answer.headers.get("Location") or "")


def _opened(request: urllib.request.Request) -> Any:
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30)
