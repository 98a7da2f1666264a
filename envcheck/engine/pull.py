"""Pulling: the engine's own progress stream, read to its end.

The SDK's ``images.pull`` throws the stream away, so that a full disk or a rate limit comes out as
"image not found" (docker/docker-py#2684, #2688). Here every error in the stream is raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envcheck.doctor.symptom import Symptom
from envcheck.engine.failures import our_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from envcheck.run.ports import Progress


def follow_pull(stream: Iterable[Mapping[str, Any]], image: str, progress: Progress) -> None:
    """Read a pull's stream, adding up its layers.

    Raises:
        StepFailed: the stream holds an error; one of its kinds where the text tells which.
    """
    layers: dict[str, tuple[int, int]] = {}
    for event in stream:
        if text := error_in(event):
            drain(stream)
            raise our_error(Symptom("pull", image, text), f"pulling {image}")
        detail = event.get("progressDetail") or {}
        layer, total = str(event.get("id", "")), int(detail.get("total") or 0)
        if event.get("status") == "Downloading" and total:
            layers[layer] = (int(detail.get("current") or 0), total)
        elif event.get("status") in ("Download complete", "Pull complete") and layer in layers:
            layers[layer] = (layers[layer][1], layers[layer][1])
        done, everything = (
            (sum(column) for column in zip(*layers.values(), strict=True))
            if layers
            else (None, None)
        )
        progress("pulling", done, everything)


def drain(stream: Iterable[Mapping[str, Any]]) -> None:
    """Read the rest of a stream, since its connection can be used again only when it has ended."""
    for _ in stream:
        pass


def error_in(event: Mapping[str, Any]) -> str:
    """The error that a stream's event carries, or nothing."""
    detail = event.get("errorDetail") or {}
    return str(detail.get("message") or event.get("error") or "")
