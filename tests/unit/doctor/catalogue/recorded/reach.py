"""The way from the engine to a registry."""

from __future__ import annotations

from dataclasses import replace

from envcheck.doctor.facts import EngineFacts, Facts, HostFacts
from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording


def _pull(text: str) -> Symptom:
    return Symptom("pull", "registry.example/x:1", text, status=500, cause="HTTPError")


_EXPIRED = _pull(
    'Get "https://10.213.1.2:5002/v2/": x509: certificate has expired or is not yet valid: current'
    " time 2026-11-24T07:28:04Z is after 2026-11-23T07:28:03Z"
)

RECORDED = (
    Recording(
        "registry.proxy-unset",
        Symptom(
            "look",
            facts=Facts(
                HostFacts(https_proxy="http://proxy.example:3128"),
                engine=EngineFacts(kind="docker", http_proxy="", https_proxy=""),
            ),
        ),
        "real: info of engine 20.10.24, whose HttpsProxy is empty",
    ),
    Recording(
        "registry.no-such-host",
        _pull(
            'Get "https://no-such-registry.invalid/v2/": dial tcp: lookup no-such-registry.invalid'
            " on 10.255.255.53:53: no such host"
        ),
        "real: engines 20.10.24 and 28.5.2",
    ),
    Recording(
        "registry.no-such-host",
        _pull(
            'Get "https://registry.example/v2/": dial tcp: lookup registry.example on'
            " 192.168.65.7:53: read udp 192.168.65.6:51336->192.168.65.7:53: i/o timeout"
        ),
        "quoted: Go's net package, from Docker Desktop's virtual machine",
    ),
    Recording(
        "registry.proxy",
        _pull(
            'Get "https://no.example/v2/": proxyconnect tcp: dial tcp 127.0.0.1:9: connect:'
            " connection refused"
        ),
        "real: engines 20.10.24 and 28.5.2 with a dead HTTPS_PROXY",
    ),
    Recording(
        "registry.proxy",
        _pull(
            'Get "https://10.213.0.2:5000/v2/": tls: first record does not look like a TLS'
            " handshake"
        ),
        "real: engines 20.10.24 and 28.5.2, a registry without TLS",
    ),
    Recording(
        "registry.proxy",
        _pull(
            'Get "https://registry.example:5000/v2/": http: server gave HTTP response to HTTPS'
            " client"
        ),
        "quoted: kubernetes/minikube, reason/known_issues.go",
    ),
    Recording(
        "registry.certificate",
        _pull('Get "https://10.213.1.2:5001/v2/": x509: certificate signed by unknown authority'),
        "real: engine 20.10.24",
    ),
    Recording(
        "registry.certificate",
        _pull(
            'Get "https://10.213.0.2:5001/v2/": tls: failed to verify certificate: x509:'
            " certificate signed by unknown authority"
        ),
        "real: engine 28.5.2",
    ),
    Recording(
        "registry.certificate",
        replace(_EXPIRED, facts=Facts(engine=EngineFacts(clock_skew=0.2))),
        "real: engine 20.10.24, whose clock was right: the certificate had expired",
    ),
    Recording(
        "registry.timeout",
        _pull('Get "https://10.213.1.2:5003/v2/": net/http: TLS handshake timeout'),
        "real: engines 20.10.24 and 28.5.2, a registry that accepts and says nothing",
    ),
    Recording(
        "registry.timeout",
        _pull(
            'Get "https://registry.example/v2/": net/http: request canceled while waiting for'
            " connection (Client.Timeout exceeded while awaiting headers)"
        ),
        "quoted: freedomofdevelopers/fod#687",
    ),
    Recording(
        "registry.unreachable",
        _pull('Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'),
        "real: engines 20.10.24 and 28.5.2",
    ),
    Recording(
        "registry.unreachable",
        _pull('Head "http://127.0.0.1:5000/v2/cut/manifests/1": EOF'),
        "real: engines 20.10.24 and 28.5.2, a registry that hangs up",
    ),
)
