"""The JSON document: the whole run as one value, for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TextIO

from envcheck.core.report import to_json

if TYPE_CHECKING:
    from envcheck.core.events import Event
    from envcheck.core.report import Report


class JsonReporter:
    """Writes exactly one JSON document to its stream, when the run is over."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def handle(self, event: Event) -> None:
        """Nothing yet: the report holds all that scripts rely on."""

    def finish(self, report: Report) -> None:
        """Write the document.

        It is UTF-8 whatever the stream would choose: JSON is, and a profile's name need not fit
        into the locale's encoding.
        """
        text = json.dumps(to_json(report), indent=2, ensure_ascii=False) + "\n"
        raw = getattr(self._stream, "buffer", None)
        self._stream.flush()
        if raw is None:
            self._stream.write(text)
        else:
            raw.write(text.encode("utf-8", "replace"))
            raw.flush()
        self._stream.flush()
