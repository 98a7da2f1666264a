"""What happens to containers, from the engine's stream of events."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from envcheck.core.spec import Label
from envcheck.engine.failures import SDK_ERRORS, ours
from envcheck.run.ports import Happening

if TYPE_CHECKING:
    from collections.abc import Iterator

BREAKS = (*SDK_ERRORS, OSError, ValueError, AttributeError)
"""How a stream ends that is closed while it is read, or whose engine goes away while it is closed.
Through ssh the SDK cannot close one at all, and says so with an error of its own."""


class EventStream:
    """Fulfils `envcheck.run.ports.Happenings`. ``stream`` is the SDK's, of decoded events."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[Happening]:
        """One after the other, until the stream is closed or the engine goes away."""
        try:
            for event in self._stream:
                yield happening(event)
        except BREAKS:
            # What an engine that goes away would tell, the next question to it tells.
            return

    def close(self) -> None:
        """Hear no more. What the engine broke off before is no error."""
        with suppress(*BREAKS):
            self._stream.close()
        # The SDK closes the socket, and leaves the answer to the garbage collector.
        with suppress(*BREAKS):
            self._stream._response.close()  # noqa: SLF001


@ours("listening to the engine's events")
def events_of(api: Any, instance: str) -> EventStream:
    """The events of an instance's containers from now on; without a name, those of all."""
    label = f"{Label.INSTANCE}={instance}" if instance else Label.INSTANCE
    filters = {"type": "container", "label": label}
    return EventStream(api.events(filters=filters, decode=True))


def happening(event: dict[str, Any]) -> Happening:
    """An event as we know it. ``exec_start: sh -c …`` and its like are one word with a text."""
    actor = event.get("Actor") or {}
    name = str((actor.get("Attributes") or {}).get("name", ""))
    return Happening(name, str(event.get("Action", "")).partition(":")[0])
