"""Node: a web server of the project's own; ready when it answers HTTP at all.

What it must answer is the profile's business (`verify`), since only the project knows.
"""

from __future__ import annotations

from envcheck.services import http
from envcheck.services.kind import Access, Answer, Kind


def probe(access: Access) -> Answer:
    """One GET of ``/``; any status counts.

    Raises:
        NotReady: nothing spoke HTTP.
    """
    http.get(access)
    return Answer()


NODE = Kind(
    name="node",
    product="Node",
    images=("node",),
    port=3000,
    url=http.url,
    probe=probe,
    dial=http.dial,
    version_command=("node", "--version"),
)
