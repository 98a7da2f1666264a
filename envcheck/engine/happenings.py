"""What happens to containers, from the engine's stream of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envcheck.core.spec import Label
from envcheck.engine.failures import SDK_ERRORS, ours
from envcheck.run.ports import Happening

if TYPE_CHECKING:
    from collections.abc import Iterator


class EventStream:
    """Fulfils `envcheck.run.ports.Happenings`. ``stream`` is the SDK's, of decoded events."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[Happening]:
        """One after the other, until the stream is closed or the engine goes away."""
        try:
            for event in self._stream:
                yield happening(event)
        except (*SDK_ERRORS, OSError, ValueError, AttributeError):
            # A stream that is closed while it is read ends in one of these, each SDK in its own
            # way; and what an engine that goes away would tell, the next question to it tells.
            return

    def close(self) -> None:
        """Hear no more."""
        self._stream.close()
        # The SDK closes the socket, and leaves the answer to the garbage collector.
        self._stream._response.close()  # noqa: SLF001


@ours("listening to the engine's events")
def events_of(api: Any, instance: str) -> EventStream:
    """The events of an instance's containers from now on."""
    filters = {"type": "container", "label": f"{Label.INSTANCE}={instance}"}
    return EventStream(api.events(filters=filters, decode=True))


def happening(event: dict[str, Any]) -> Happening:
    """An event as we know it. ``exec_start: sh -c …`` and its like are one word with a text."""
    actor = event.get("Actor") or {}
    name = str((actor.get("Attributes") or {}).get("name", ""))
    return Happening(name, str(event.get("Action", "")).partition(":")[0])
