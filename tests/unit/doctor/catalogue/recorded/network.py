"""Ports, networks and names."""

from __future__ import annotations

from envcheck.doctor.facts import EngineFacts, Facts
from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording


def _start(text: str) -> Symptom:
    return Symptom("start", text=text, status=500, cause="HTTPError")


def _create(text: str, status: int) -> Symptom:
    return Symptom("create", text=text, status=status, cause="HTTPError")


RECORDED = (
    Recording(
        "docker.port-taken",
        _start(
            "driver failed programming external connectivity on endpoint sharp_tharp"
            " (662aac50da4189aa758afd90a6a5f5e5042bbb454b17741b04b8648ec9fdb418): Bind for"
            " 127.0.0.1:8088 failed: port is already allocated"
        ),
        "real: engine 20.10.24",
    ),
    Recording(
        "docker.port-taken",
        _start(
            "failed to set up container networking: driver failed programming external connectivity"
            " on endpoint zealous_feynman (ce885c0efcd4): Bind for 127.0.0.1:8088 failed: port is"
            " already allocated"
        ),
        "real: engine 28.5.2",
    ),
    Recording(
        "machine.port-taken",
        _start(
            "driver failed programming external connectivity on endpoint hopeful_jang"
            " (36ebce7d40917b984c4736dbb1d1fa9c6d08667fee10e6e5baeb7dcca81b6112): Error starting"
            " userland proxy: listen tcp4 127.0.0.1:7777: bind: address already in use"
        ),
        "real: engine 20.10.24",
    ),
    Recording(
        "machine.port-taken",
        _start(
            "failed to set up container networking: driver failed programming external connectivity"
            " on endpoint fervent_satoshi (7bd8dc42abdb): failed to bind host port for"
            " 127.0.0.1:7777:172.17.0.3:80/tcp: address already in use"
        ),
        "real: engine 28.5.2",
    ),
    Recording(
        "machine.port-taken",
        _start(
            "ports are not available: exposing port TCP 0.0.0.0:5432 -> 127.0.0.1:0: listen tcp"
            " 0.0.0.0:5432: bind: Only one usage of each socket address (protocol/network"
            " address/port) is normally permitted."
        ),
        "quoted: theaiautomators/insights-lm-local-package#10 (Docker Desktop, Windows)",
    ),
    Recording(
        "machine.port-reserved",
        _start(
            "Ports are not available: exposing port TCP 0.0.0.0:5432 -> 127.0.0.1:0: listen tcp"
            " 0.0.0.0:5432: bind: An attempt was made to access a socket in a way forbidden by its"
            " access permissions."
        ),
        "quoted: langgenius/dify#14277 (Docker Desktop, Windows)",
    ),
    Recording(
        "docker.address-pools-exhausted",
        _create(
            "could not find an available, non-overlapping IPv4 address pool among the defaults to"
            " assign to the network",
            404,
        ),
        "real: engine 20.10.24 with two small pools",
    ),
    Recording(
        "docker.address-pools-exhausted",
        _create("all predefined address pools have been fully subnetted", 400),
        "real: engine 28.5.2 with two small pools",
    ),
    Recording(
        "docker.address-pools-exhausted",
        Symptom("look", facts=Facts(engine=EngineFacts(address_pools=0))),
        "facts: 31 networks on an engine with the default pools",
    ),
    Recording(
        "docker.network-overlap",
        _create("Pool overlaps with other one on this address space", 403),
        "real: engine 20.10.24",
    ),
    Recording(
        "docker.network-overlap",
        _create("invalid pool request: Pool overlaps with other one on this address space", 403),
        "real: engine 28.5.2",
    ),
    Recording(
        "docker.name-taken",
        _create(
            'Conflict. The container name "/cat-a" is already in use by container'
            ' "bcb0b283f6f89a40a0b1124fbea83f67b339b7ddbf275bc7673c27848a1f0d87". You have to'
            " remove (or rename) that container to be able to reuse that name.",
            409,
        ),
        "real: engines 20.10.24 and 28.5.2",
    ),
    Recording(
        "docker.name-taken",
        _create("network with name cat-n already exists", 409),
        "real: engines 20.10.24 and 28.5.2",
    ),
)
