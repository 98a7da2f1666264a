"""What registries answer, in the engine's words and codes; what entries are made of.

Engines up to 20.10 pass nearly every refusal on as HTTP 500, newer ones with the registry's own
status; so the text decides where the status says nothing.
"""

from __future__ import annotations

from envcheck.doctor.match import doing, fact, says, status

_PULL = doing("pull")
# A build asks registries too, and runs commands that fail in the same words; addresses of the
# registry API, or the builder's own words, tell its questions apart.
REGISTRY = _PULL | (
    doing("build")
    & says(
        "/v2/",
        "manifest unknown",
        "name unknown",
        "toomanyrequests",
        "pull access denied",
        "no matching manifest",
        "failed to resolve source metadata",
    )
)

HELPER = says("credentials store error", "error getting credentials") | (
    says("docker-credential-") & says("not installed", "not found", "no such file")
)
LIMITED = REGISTRY & (
    says("toomanyrequests", "429 Too Many Requests", "pull rate limit") | status(429)
)
DENIED = REGISTRY & ((says("denied") & ~says("permission denied")) | status(403))
UNAUTHORISED = REGISTRY & (
    says("unauthorized", "no basic auth credentials", "incorrect username or password")
    | status(401)
)
NOT_THERE = (
    REGISTRY
    & (
        says("manifest unknown", "name unknown", "name not known to registry", ": not found")
        # A layer that the registry has lost.
        | says("unknown blob", "blob unknown to registry")
        | (says("not found") & (says("manifest for") | status(404)))
    )
    & ~says("no match for platform in manifest")
)
NO_PLATFORM = (
    says("no matching manifest for", "no match for platform in manifest")
    & ~says("no matching manifest for windows")
    & ~fact(lambda f: f.engine.os_type == "windows")
)
OLD_FORMAT = says("Docker Image Format v1", "manifest.v1+prettyjws", "schema 1 support")
BROKEN = says(
    "unexpected HTTP status: 5",
    "500 Internal Server Error",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway",
)

PROXY = REGISTRY & says(
    "proxyconnect",
    "server gave HTTP response to HTTPS client",
    "first record does not look like a TLS handshake",
    "oversized record received",
    "Proxy Authentication Required",
)
NO_NAME = (
    REGISTRY
    & (
        says("no such host", "Temporary failure in name resolution", "server misbehaving")
        | (says(": lookup ") & says("i/o timeout", "connection refused", "network is unreachable"))
    )
    & ~PROXY
)
SLOW = (
    REGISTRY
    & says(
        "TLS handshake timeout",
        "Client.Timeout exceeded",
        "awaiting headers",
        "i/o timeout",
        "context deadline exceeded",
    )
    & ~NO_NAME
    & ~PROXY
)
UNTRUSTED = REGISTRY & says("x509:")
SILENT = (
    REGISTRY
    & says(
        "connection refused",
        "network is unreachable",
        "no route to host",
        "host is down",
        "connection reset by peer",
        "EOF",
    )
    & ~NO_NAME
    & ~PROXY
    & ~SLOW
    & ~UNTRUSTED
)
