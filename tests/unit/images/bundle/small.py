"""A small bundle by the real writer, and ways to put one together that the writer would not."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zstandard import ZstdCompressor

from envcheck.images.bundle.index import (
    MANIFEST_NAME,
    PROJECT,
    FileEntry,
    ImageEntry,
    Index,
    Member,
    config_name,
)
from envcheck.images.bundle.layers import take
from envcheck.images.bundle.members import END, header, padding
from envcheck.images.bundle.seal import seal
from envcheck.images.bundle.write import write_bundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LAYERS = (b"base" * 700, b"server" * 900, b"\0" * 3000)
FILES = {
    "profiles/shop.yaml": b"name: shop\nservices: {db: {image: 'postgres:17.11'}}\n",
    "profiles/shop.lock": b"version: 1\nimages: {}\n",
    "profiles/web/Dockerfile": b"FROM postgres:17.11\nCOPY run /run\n",
    "profiles/web/run": b"#!/bin/sh\n",
}
LINK = FileEntry("profiles/web/start", 0o777, link="run")


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def config(layers: Sequence[bytes], **more: Any) -> bytes:
    data = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]},
        **more,
    }
    return json.dumps(data).encode()


CONFIGS = (config(LAYERS[:2]), config([LAYERS[0], LAYERS[2]], comment="built"))
NAMES = (("postgres:17.11",), ("envcheck.local/shop-web:0123456789abcdef",))
PINS = (("postgres:17.11",), ())
IMAGES = {
    digest(CONFIGS[0]): (digest(LAYERS[0]), digest(LAYERS[1])),
    digest(CONFIGS[1]): (digest(LAYERS[0]), digest(LAYERS[2])),
}


def archive(entries: Iterable[tuple[str, bytes]], links: Iterable[tuple[str, str]] = ()) -> bytes:
    """What an engine hands out."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for name, other in links:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, other
            tar.addfile(entry)
    return target.getvalue()


def old_layout() -> bytes:
    """As engines up to 24 write it, a shared layer as a link."""
    layers = [(f"{number}/layer.tar", layer) for number, layer in enumerate(LAYERS)]
    others = [("0/VERSION", b"1.0"), ("0/json", b"{}"), ("manifest.json", b"[]")]
    configs = [(f"{digest(text).removeprefix('sha256:')}.json", text) for text in CONFIGS]
    return archive([*configs, *layers, *others], [("3/layer.tar", "../0/layer.tar")])


def oci_layout() -> bytes:
    """As later ones do."""
    blobs = (*LAYERS, *CONFIGS, b'{"schemaVersion": 2}')
    entries = [(f"blobs/sha256/{digest(blob).removeprefix('sha256:')}", blob) for blob in blobs]
    return archive([*sorted(entries), ("index.json", b"{}"), ("oci-layout", b"{}")])


def index_with(layers: Sequence[Any]) -> Index:
    files = [
        FileEntry(path, 0o755 if path.endswith("run") else 0o644, len(text), digest(text)[7:])
        for path, text in FILES.items()
    ]
    return Index(
        envcheck="0.5.0",
        created="2026-11-24T12:00:00Z",
        profile="shop",
        file="profiles/shop.yaml",
        files=(*files, LINK),
        images=tuple(
            ImageEntry(id, names, pins, "registry", "linux/amd64", len(text), layers)
            for (id, layers), names, pins, text in zip(
                IMAGES.items(), NAMES, PINS, CONFIGS, strict=True
            )
        ),
        layers=tuple(layers),
    )


def contents(index: Index) -> dict[str, bytes]:
    """The content of each member."""
    by_digest = {digest(layer): layer for layer in LAYERS}
    layers = zip(index.tail(), index.layers, strict=True)
    return {
        MANIFEST_NAME: index.manifest(),
        **{f"{PROJECT}{path}": text for path, text in FILES.items()},
        **{config_name(digest(text)): text for text in CONFIGS},
        **{member.name: by_digest[layer.digest] for member, layer in layers},
    }


def pieces(content: bytes, size: int = 100) -> Iterable[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def write(engine_archive: bytes) -> tuple[Index, bytes]:
    """A bundle of what an engine hands out, by the real writer."""
    packed, target = io.BytesIO(), io.BytesIO()
    taken = take(iter(pieces(engine_archive)), IMAGES, packed, lambda _done: None)
    index = index_with(taken.layers)
    text = contents(index)
    sources = {name: (lambda text=text: pieces(text)) for name, text in text.items()}
    write_bundle(target, index, sources, packed)
    return index, target.getvalue()


@dataclass
class Parts:
    """A bundle in its parts, to be put together in other ways."""

    index: bytes
    members: list[tuple[bytes, bytes]]
    end: bytes = END

    def plain(self) -> bytes:
        """The archive, not packed."""
        first = header(Member("bundle.json", len(self.index), ""))
        text = first + self.index + padding(len(self.index))
        for head, content in self.members:
            text += head + content + padding(len(content))
        return text + self.end


def parts(index: Index) -> Parts:
    """A bundle with this index, whose content is the small one's."""
    text = contents(index)
    members = [(header(m), text[m.name]) for m in (*index.head(), *index.tail())]
    return Parts(index.text(), members)


def sealed(packed: bytes) -> bytes:
    """Packed content behind a seal that fits."""
    return seal(hashlib.sha256(packed).hexdigest(), len(packed)) + packed


def packed(plain: bytes) -> bytes:
    return sealed(ZstdCompressor(level=1, write_checksum=True).compress(plain))
