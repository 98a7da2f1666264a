"""Building: the context as a tar, and the builder's stream read to its end.

The classic builder is used on every engine: the SDK speaks no other (docs/decisions.md).
"""

from __future__ import annotations

import io
import re
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from envcheck.core.errors import EnvcheckError, Fix, StepFailed
from envcheck.doctor.symptom import Symptom
from envcheck.engine.failures import UNKNOWN, our_error
from envcheck.engine.pull import drain, error_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from envcheck.core.context import BuildContext
    from envcheck.run.ports import Progress

_KEPT_LINES = 15
_SHOWN = 60
_SLOW = ("RUN", "COPY", "ADD", "FROM")
# The classic builder paints red what a step writes to its standard error.
_PAINT = re.compile("\x1b\\[(?:91|0)m")


@dataclass(frozen=True)
class BuildOptions:
    """An image's labels, the build's arguments, and its network: the host's, none, or a bridge."""

    labels: Mapping[str, str]
    arguments: Mapping[str, str] = field(default_factory=dict)
    host_network: bool = False
    offline: bool = False

    @property
    def network(self) -> str | None:
        """The network of its steps, in the builder's words."""
        return "none" if self.offline else "host" if self.host_network else None


def context_tar(context: BuildContext) -> io.BytesIO:
    """The build context as an uncompressed tar; same files, same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, file in sorted(context.files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(file.content), file.mode
            if file.link:
                entry.type, entry.linkname = tarfile.SYMTYPE, file.link
            tar.addfile(entry, io.BytesIO(file.content))
    buffer.seek(0)
    return buffer


def follow_build(stream: Iterable[Mapping[str, Any]], image: str, progress: Progress) -> None:
    """Read a build's stream.

    Raises:
        StepFailed: a step of the Dockerfile failed; its last lines are the evidence.
    """
    said: list[str] = []
    for event in stream:
        if text := error_in(event):
            drain(stream)
            raise _failed(image, text, said[-_KEPT_LINES:])
        line = _PAINT.sub("", str(event.get("stream") or "")).strip()
        if line.startswith("Step "):
            _tell_step(line.partition(" : ")[2], progress)
        if line and not line.startswith("--->"):
            said += line.splitlines()


def _failed(image: str, text: str, said: list[str]) -> EnvcheckError:
    """A fault of the machine by its name; otherwise it is the Dockerfile's."""
    error = our_error(Symptom("build", image, "\n".join((*said, text))), f"building {image}")
    if error.id != UNKNOWN:
        return error
    return StepFailed(
        f"building {image}: {text}",
        id="image.build-failed",
        evidence=said,
        fix=Fix("mend the Dockerfile's failing step, then run it again"),
    )


def _tell_step(instruction: str, progress: Progress) -> None:
    """Tell of the instructions that take time; labels and the like take none."""
    if instruction.split(" ", 1)[0].upper() in _SLOW:
        text = " ".join(instruction.split())
        short = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
        progress(f"building: {short}", None, None)
