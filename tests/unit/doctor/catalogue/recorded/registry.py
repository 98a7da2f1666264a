"""What registries answer. Those of the lab are a server that refuses in each way there is."""

from __future__ import annotations

from envcheck.doctor.facts import ClientFacts, Facts
from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording

_IMAGE = "127.0.0.1:5000/shop:1"
_LIMIT = (
    "toomanyrequests: You have reached your unauthenticated pull rate limit."
    " https://www.docker.com/increase-rate-limit"
)


def _pull(text: str, status: int | None = 500) -> Symptom:
    return Symptom("pull", _IMAGE, text, status=status, cause="HTTPError")


RECORDED = (
    Recording(
        "registry.credential-helper",
        Symptom(
            "pull",
            "redis:8.0.2",
            "Credentials store error: StoreError('docker-credential-desktop not installed or not"
            " available in PATH')",
            cause="InitializationError",
        ),
        "quoted: SDK 7.2.0 (docker-facts, 8)",
    ),
    Recording(
        "registry.credential-helper",
        Symptom(
            "pull",
            "redis:8.0.2",
            'error getting credentials - err: exec: "docker-credential-desktop": executable file'
            " not found in $PATH, out: ``",
        ),
        "quoted: docker/for-mac#3785",
    ),
    Recording(
        "registry.credential-helper",
        Symptom("look", facts=Facts(client=ClientFacts(missing_helpers=("desktop",)))),
        'facts: {"credsStore": "desktop"} left behind by Docker Desktop',
    ),
    Recording("registry.rate-limit", _pull(_LIMIT), "real: engine 20.10.24, which says 500"),
    Recording("registry.rate-limit", _pull(_LIMIT, 429), "real: engine 28.5.2"),
    Recording(
        "registry.rate-limit",
        Symptom("build", "webapp-web", _LIMIT),
        "real: the classic builder's stream, engines 20.10.24 and 28.5.2",
    ),
    Recording(
        "registry.access-denied",
        _pull(
            "pull access denied for shop, repository does not exist or may require 'docker login':"
            " denied: requested access to the resource is denied",
            404,
        ),
        "quoted: moby, daemon/internal/distribution/errors.go",
    ),
    Recording("registry.access-denied", _pull("denied"), "real: engine 20.10.24, registry: 403"),
    Recording("registry.access-denied", _pull("denied", 403), "real: engine 28.5.2"),
    Recording(
        "registry.login-failed",
        _pull("unauthorized: incorrect username or password"),
        "real: engine 20.10.24, registry: 401",
    ),
    Recording(
        "registry.login-failed",
        _pull("unauthorized: incorrect username or password", 401),
        "real: engine 28.5.2",
    ),
    Recording(
        "registry.login-failed",
        _pull('Get "https://registry.example/v2/shop/manifests/1": no basic auth credentials'),
        "quoted: moby issues; registries that offer Basic alone",
    ),
    Recording(
        "registry.unknown-image",
        Symptom("pull", _IMAGE, "unknown blob"),
        "real: engines 20.10 and 28.5, a registry that answers 404 for a layer",
    ),
    Recording("registry.unknown-image", _pull("manifest unknown"), "real: engine 20.10.24"),
    Recording("registry.unknown-image", _pull("manifest unknown", 404), "real: engine 28.5.2"),
    Recording("registry.unknown-image", _pull("name unknown", 404), "real: engine 28.5.2"),
    Recording(
        "registry.unknown-image",
        _pull("manifest for redis:99 not found: manifest unknown: manifest unknown", 404),
        "quoted: docker-facts, 6; Docker Hub",
    ),
    Recording(
        "registry.unknown-image",
        Symptom("build", "webapp-web", "manifest unknown"),
        "real: the classic builder's stream, engines 20.10.24 and 28.5.2",
    ),
    Recording(
        "registry.no-platform",
        _pull("no matching manifest for linux/amd64 in the manifest list entries", None),
        "real: the pull's stream, engines 20.10.24 and 28.5.2",
    ),
    Recording(
        "registry.no-platform",
        _pull('failed to resolve reference "x": no match for platform in manifest: not found'),
        "quoted: containerd, in engines with its image store",
    ),
    Recording(
        "registry.image-format",
        _pull(
            "Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been"
            " removed. Suggest the author of docker.io/library/shop:1 to upgrade the image to the"
            " OCI Format or Docker Image manifest v2, schema 2.",
            400,
        ),
        "quoted: moby, daemon/internal/distribution/errors.go",
    ),
    Recording(
        "registry.broken",
        _pull("received unexpected HTTP status: 503 Service Unavailable"),
        "real: engines 20.10.24 and 28.5.2; likewise with 500",
    ),
)
