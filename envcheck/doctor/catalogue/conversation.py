"""What is wrong between client and engine where something does answer."""

from __future__ import annotations

from envcheck.core.errors import Fix
from envcheck.doctor import remedies
from envcheck.doctor.catalogue import unanswered as seen
from envcheck.doctor.catalogue.unanswered import at
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import cause, doing, endpoint, errno, says

FAULTS = (
    Fault(
        id="docker.tls-mismatch",
        layer="endpoint",
        severity="fail",
        matches=seen.TLS
        # An engine with TLS hangs up on a client without; the address must be a network one.
        | (doing("connect") & endpoint("tcp://", "http://") & errno("ECONNRESET"))
        | says(
            "HTTP request to an HTTPS server",
            "TLS-enabled daemon without TLS",
            "client authentication (--tlsverify) enabled",
        ),
        what=lambda s: f"client and engine do not agree on encryption: {at(s)}",
        why="one side speaks TLS and the other does not, or they do not trust each other",
        remedy=Fix(
            "match the two: port 2376 goes with DOCKER_TLS_VERIFY=1 and the engine's own"
            " certificates, port 2375 goes with neither"
        ),
        link="https://docs.docker.com/engine/security/protect-access/",
    ),
    Fault(
        id="docker.no-answer",
        layer="endpoint",
        severity="fail",
        matches=seen.TALKING
        & cause("ReadTimeout", "ReadTimeoutError", "TimeoutError", "timeout")
        & ~seen.NOBODY,
        what=lambda s: f"the Docker engine does not answer in time: {at(s)}",
        why="something listens there, but it is stuck, asleep, or still starting",
        remedy=remedies.restart,
        link="https://docs.docker.com/engine/daemon/troubleshoot/",
    ),
    Fault(
        id="docker.other-program",
        layer="endpoint",
        severity="fail",
        matches=says('key "ApiVersion" is missing', "malformed HTTP response")
        | cause("BadStatusLine", "JSONDecodeError")
        | (doing("connect") & says("404 Client Error") & says("/version")),
        what=lambda s: f"what answers is no Docker engine: {at(s)}",
        why="another program listens at this address, or a proxy stands in between",
        remedy=Fix(
            "look at the address: DOCKER_HOST, the context, and NO_PROXY for a host of yours"
        ),
    ),
    Fault(
        id="docker.client-too-old",
        layer="endpoint",
        severity="fail",
        matches=says("client version") & says("is too old"),
        what="client and engine have no version of the API in common: the client's is too old",
        why="newer engines drop old versions of the API (29.0 dropped all below 1.44)",
        remedy=lambda s: Fix(
            "let them agree by themselves, or upgrade", remedies.forget(s, "DOCKER_API_VERSION")
        ),
        link="https://docs.docker.com/reference/api/engine/",
    ),
    Fault(
        id="docker.client-too-new",
        layer="endpoint",
        severity="fail",
        # The SDK itself refuses an engine whose API is below 1.24.
        matches=(says("client version") & says("is too new")) | cause("InvalidVersion"),
        what="client and engine have no version of the API in common: the engine's is too old",
        why="DOCKER_API_VERSION, or a pinned client, asks for more than this engine speaks",
        remedy=lambda s: Fix(
            "let them agree by themselves, or upgrade the engine",
            remedies.forget(s, "DOCKER_API_VERSION"),
        ),
        link="https://docs.docker.com/reference/api/engine/",
    ),
)
