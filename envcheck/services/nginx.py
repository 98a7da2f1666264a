"""nginx: ready when it answers HTTP at all; what it must answer is the profile's business."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envcheck.services import http
from envcheck.services.kind import Answer, Kind

if TYPE_CHECKING:
    from envcheck.services.kind import Access

_TOLD = re.compile(r"^nginx/(\d+(?:\.\d+)+)")


def probe(access: Access) -> Answer:
    """One GET of ``/``; any status counts. The version is nothing where `server_tokens` is off.

    Raises:
        NotReady: nothing spoke HTTP.
    """
    told = _TOLD.match(http.get(access).server)
    return Answer(told[1] if told else "")


NGINX = Kind(
    name="nginx",
    product="nginx",
    images=("nginx",),
    port=80,
    url=http.url,
    probe=probe,
    # It prints "nginx version: nginx/1.26.3" on standard error, on some systems with words behind.
    version_command=("sh", "-c", r"nginx -v 2>&1 | sed 's,.*nginx/\([0-9.]*\).*,\1,'"),
    dial=http.dial,
    # Requests that are under way are answered first (nginx.org/en/docs/control.html).
    stop_signal="SIGQUIT",
)
