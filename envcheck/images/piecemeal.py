"""Fetching an image's layers ourselves, where the engine has given a pull up.

An engine throws away every layer of a pull that failed, complete ones too. Here what has come
stays, and the next try goes on where the last one ended. The engine then gets the layers as
`docker load` takes them, and a pull of the image fetches no layer: its configuration is there
(moby, distribution/pull_v2.go, pullSchema2Layers).
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from hashlib import sha256
from typing import TYPE_CHECKING

from envcheck.core.errors import EnvcheckError, StepFailed
from envcheck.core.mirrors import home_of
from envcheck.core.platforms import fits, processor
from envcheck.host.layer_files import layer_files
from envcheck.images.bundle.index import MANIFEST_NAME, Member
from envcheck.images.bundle.members import END, header, padding
from envcheck.images.registry.client import RegistryClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

    from envcheck.core.login import Login
    from envcheck.core.reference import Reference
    from envcheck.engine.client import DockerEngine
    from envcheck.host.layer_files import LayerFiles
    from envcheck.images.registry.manifests import Blob, PlatformImage
    from envcheck.run.ports import Clock, Progress

_SELDOM = 256 * 1024
"""Bytes between two words about how far it is."""
_READABLE = ("gzip", ".tar")
"""How the media types of layers end that every engine's `docker load` unpacks."""


class Piecemeal:
    """One image, and what has come of it so far. A context: what is kept goes with it."""

    def __init__(
        self,
        engine: DockerEngine,
        clock: Clock,
        login: Callable[[str], Login | None],
        name: Reference,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._place = home_of(name)
        self._name = name
        self._client = RegistryClient(login)
        self._open = ExitStack()
        self._files: LayerFiles | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()
        self._client.close()

    def bring(self, digest: str, tell: Progress) -> bool:
        """Fetch what is missing, and hand all of it to the engine.

        Returns:
            Whether it could be done: not where we do not reach the registry, or where layers are
            packed in a way that not every engine loads.

        Raises:
            StepFailed: a layer could not be fetched to its end; what has come of it stays.
            Stopped: the run was broken off.
        """
        image = self._image(digest)
        if image is None:
            return False
        if self._files is None:
            self._files = self._open.enter_context(layer_files())
        files, total = self._files, image.size
        for blob in (*image.layers, image.config):
            there = sum(min(files.length(layer.digest), layer.size) for layer in image.layers)
            come = told = 0
            for length in self._fetched(blob, files):
                self._clock.wait(0)  # ends it where the run is broken off
                come += length
                if come - told >= _SELDOM:
                    tell("fetching", min(there + come, total), total)
                    told = come
        tell("loading", total, total)
        self._engine.image_archive.load(_archive(image, files))
        return True

    def _image(self, digest: str) -> PlatformImage | None:
        facts = self._engine.about.facts()
        platform = f"{facts.os_type}/{processor(facts.architecture)}"
        place = self._place
        try:
            found = self._client.image(place.host, place.repository, digest, platform)
        except EnvcheckError:
            return None
        fitting = [i for n, i in found.platforms.items() if fits(n, platform)]
        if not fitting or not all(b.media_type.endswith(_READABLE) for b in fitting[0].layers):
            return None
        return fitting[0]

    def _fetched(self, blob: Blob, files: LayerFiles) -> Iterator[int]:
        """Fetch what is missing of a blob; the length of each piece that came."""
        place = self._place
        if files.holds(blob.digest, blob.size):
            return
        begin, pieces = self._client.pieces(
            place.host, place.repository, blob, files.length(blob.digest)
        )
        come = begin
        for length in files.add(blob.digest, pieces, begin):
            come += length
            if come > blob.size:
                raise self._other(blob)
            yield length
        if not files.holds(blob.digest, blob.size):
            raise self._other(blob)

    def _other(self, blob: Blob) -> StepFailed:
        return StepFailed(
            f"{self._place.host} gave something else for {self._name} than its manifest says",
            id="registry.broken",
            evidence=(f"the blob {blob.digest} has another content",),
        )


def _archive(image: PlatformImage, files: LayerFiles) -> Iterator[bytes]:
    """What `docker load` takes: a manifest, the configuration, the layers, packed as they are.

    Without a name: which one the image gets is the pull's business.
    """
    config = f"{image.config.digest.removeprefix('sha256:')}.json"
    names = {layer.digest: f"{layer.digest.removeprefix('sha256:')}.tar" for layer in image.layers}
    listed = [{"Config": config, "RepoTags": [], "Layers": [names[b.digest] for b in image.layers]}]
    text = json.dumps(listed).encode()
    yield header(Member(MANIFEST_NAME, len(text), sha256(text).hexdigest()))
    yield text
    yield padding(len(text))
    blobs = {config: image.config, **{names[layer.digest]: layer for layer in image.layers}}
    for name, blob in blobs.items():
        yield header(Member(name, blob.size, blob.digest.removeprefix("sha256:")))
        yield from files.pieces(blob.digest)
        yield padding(blob.size)
    yield END
