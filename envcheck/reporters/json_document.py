"""The JSON document: the whole run as one value, for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from envcheck.core.document import to_json
from envcheck.core.secrets import blank_urls

if TYPE_CHECKING:
    from envcheck.core.events import Event
    from envcheck.core.report import Report


def document(report: Report) -> str:
    """The document's text, without the passwords that logs and engines print in their URLs.

    What a command adds is left as it is: `env` is there to hand out secrets.
    """
    data = {
        name: value if name in report.extra else _blanked(value)
        for name, value in to_json(report).items()
    }
    text = json.dumps(data, indent=2, ensure_ascii=False)
    # A GitHub runner that reads along takes ##[...] for a command, also within a line.
    return text.replace("##[", "#\\u0023[") + "\n"


def _blanked(value: Any) -> Any:
    match value:
        case str():
            return blank_urls(value)
        case list():
            return [_blanked(item) for item in value]
        case dict():
            return {key: _blanked(item) for key, item in value.items()}
        case _:
            return value


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
        text = document(report)
        raw = getattr(self._stream, "buffer", None)
        self._stream.flush()
        if raw is None:
            self._stream.write(text)
        else:
            raw.write(text.encode("utf-8", "replace"))
            raw.flush()
        self._stream.flush()
