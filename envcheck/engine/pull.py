"""Pulling: the engine's own progress stream, read to its end.

The SDK's ``images.pull`` throws the stream away, so that a full disk or a rate limit comes out as
"image not found" (docker/docker-py#2684, #2688). Here every error in the stream is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from docker import auth
from docker.types import CancellableStream

from envcheck.doctor.symptom import Symptom
from envcheck.engine.failures import SDK_ERRORS, our_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from envcheck.core.reference import Reference
    from envcheck.run.ports import Progress

_FETCHED = ("Verifying Checksum", "Download complete", "Extracting", "Pull complete")
_HERE = "Already exists"


Watched = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Makes a context for the time that a pull takes; it gets a way to break the pull off."""


def unwatched(_cut: Callable[[], None]) -> AbstractContextManager[None]:
    """For a pull that nobody watches."""
    return nullcontext()


def open_pull(
    api: Any, reference: Reference
) -> tuple[Iterator[Mapping[str, Any]], Callable[[], None]]:
    """Begin a pull: its stream of events, and a way to break it off from another thread.

    As the SDK's own ``pull`` does it, which lets nobody at the connection: an engine gives a pull
    up when the connection is gone. The user's own login goes with it.
    """
    registry, _ = auth.resolve_repository_name(reference.name)
    login = auth.get_config_header(api, registry)
    response = api._post(  # noqa: SLF001
        api._url("/images/create"),  # noqa: SLF001
        params={"fromImage": reference.name, "tag": reference.digest or reference.tag or "latest"},
        headers={"X-Registry-Auth": login} if login else {},
        stream=True,
        timeout=None,
    )
    api._raise_for_status(response)  # noqa: SLF001
    stream = api._stream_helper(response, decode=True)  # noqa: SLF001

    def cut() -> None:
        # Through ssh the SDK cannot, and says so; a connection that is gone already is what is
        # wanted.
        with suppress(*SDK_ERRORS, OSError, AttributeError):
            CancellableStream(stream, response).close()

    return stream, cut


def follow_pull(stream: Iterable[Mapping[str, Any]], image: str, progress: Progress) -> None:
    """Read a pull's stream, and tell how far it is.

    Raises:
        StepFailed: the stream holds an error; one of its kinds where the text tells which.
    """
    layers = Layers()
    for event in stream:
        if text := error_in(event):
            drain(stream)
            raise our_error(Symptom("pull", image, text), f"pulling {image}")
        layers.hear(event)
        progress(layers.phase, layers.done, layers.total)


class Layers:
    """How far a pull is, layer by layer. What was fetched once counts for good.

    The engine tells a layer's size only when it begins to fetch it, and fetches three at a time;
    so the total is None until all are known, rather than a sum that grows.
    """

    def __init__(self) -> None:
        self._sizes: dict[str, int | None] = {}
        self._done: dict[str, int] = {}
        self._fetched: set[str] = set()
        self._waits: dict[str, str] = {}

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take in an event of the stream."""
        layer, status = str(event.get("id", "")), str(event.get("status", ""))
        if not layer or status.startswith("Pulling from"):
            return  # about the image as a whole; what stands for the id is its tag
        self._waits.pop(layer, None)
        if status == _HERE:
            self._sizes[layer] = 0
            self._fetched.add(layer)
            return
        self._sizes.setdefault(layer, None)
        if status == "Downloading":
            self._downloading(layer, event.get("progressDetail") or {})
        elif status in _FETCHED:
            self._fetched.add(layer)
            self._done[layer] = self._sizes[layer] or self._done.get(layer, 0)
        elif status.startswith("Retrying in"):
            self._waits[layer] = status

    def _downloading(self, layer: str, detail: Mapping[str, Any]) -> None:
        total, done = int(detail.get("total") or 0), int(detail.get("current") or 0)
        if total > 0:
            self._sizes[layer] = total
        self._done[layer] = max(done, self._done.get(layer, 0))

    @property
    def phase(self) -> str:
        """What goes on: a layer that waits to be tried again is told before the others."""
        for layer, status in self._waits.items():
            return f"layer {layer}: the engine is {status[0].lower()}{status[1:]}"
        whole = self._sizes and self._fetched >= self._sizes.keys()
        return "unpacking" if whole else "pulling"

    @property
    def done(self) -> int | None:
        """Bytes fetched, or None before the first."""
        return sum(self._done.values()) if self._done else None

    @property
    def total(self) -> int | None:
        """Bytes to be fetched in all, once that is known of every layer.

        A small layer may be fetched before the engine has told its size.
        """
        if not self._done:
            return None
        known = [
            self._done.get(layer, 0) if size is None and layer in self._fetched else size
            for layer, size in self._sizes.items()
        ]
        return None if None in known else sum(size or 0 for size in known)


def drain(stream: Iterable[Mapping[str, Any]]) -> None:
    """Read the rest of a stream, since its connection can be used again only when it has ended."""
    for _ in stream:
        pass


def error_in(event: Mapping[str, Any]) -> str:
    """The error that a stream's event carries, or nothing."""
    detail = event.get("errorDetail") or {}
    return str(detail.get("message") or event.get("error") or "")
