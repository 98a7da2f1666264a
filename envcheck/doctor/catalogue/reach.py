"""The way from the engine to a registry: names, proxies, certificates, firewalls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.doctor.catalogue.answers import NO_NAME, PROXY, SILENT, SLOW, UNTRUSTED
from envcheck.doctor.catalogue.machine import CLOCK_IS_RIGHT
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import doing, fact, says
from envcheck.doctor.products import kind_of, product

if TYPE_CHECKING:
    from envcheck.doctor.facts import Facts
    from envcheck.doctor.symptom import Symptom

_PROXIES = "https://docs.docker.com/engine/daemon/proxy/"


def _engine_lacks_proxy(facts: Facts) -> bool:
    return bool(facts.host.https_proxy) and facts.engine.https_proxy == ""


def _where_proxies_go(symptom: Symptom) -> str:
    if kind_of(symptom) == "docker-desktop":
        return "Docker Desktop: Settings > Resources > Proxies"
    settings = product(symptom).settings
    if kind_of(symptom) == "docker":
        return f"{settings} (`proxies`; before 23.0, HTTPS_PROXY in a drop-in of docker.service)"
    return settings


def _set_proxy(symptom: Symptom) -> Fix:
    return Fix(
        f"tell the engine itself of the proxy, in {_where_proxies_go(symptom)}, and restart it:"
        " the variables of your shell do not reach it. A registry that speaks no TLS belongs under"
        " `insecure-registries` there"
    )


def _wait_or_proxy(symptom: Symptom) -> Fix:
    if _engine_lacks_proxy(symptom.facts):
        return _set_proxy(symptom)
    return Fix(
        "try again; if it lasts, a firewall is in the way: tell the engine of a proxy or a mirror,"
        f" in {_where_proxies_go(symptom)}"
    )


def _name_server(symptom: Symptom) -> Fix:
    return Fix(
        "look whether the network or the VPN is up; if names are known here and not to the engine,"
        f" give it a name server (`dns` in {product(symptom).settings}) and restart it"
    )


def _trust(symptom: Symptom) -> Fix:
    if kind_of(symptom) == "docker":
        text = (
            "install the authority's certificate on this machine, or for the one registry as"
            " /etc/docker/certs.d/HOST:PORT/ca.crt, and restart the engine"
        )
        return Fix(text)
    return Fix(
        f"install the authority's certificate on this machine and restart {product(symptom).name},"
        " which takes it from there"
    )


FAULTS = (
    Fault(
        id="registry.proxy-unset",
        layer="registry",
        severity="info",
        matches=doing("look") & fact(_engine_lacks_proxy),
        what="this shell uses a proxy, and the engine does not",
        why="pulls are made by the engine, which never sees the variables of a shell",
        remedy=_set_proxy,
        link=_PROXIES,
    ),
    Fault(
        id="registry.no-such-host",
        layer="registry",
        severity="fail",
        matches=NO_NAME,
        what="the engine cannot find the registry's address",
        why="its name server does not know the name, or does not answer",
        remedy=_name_server,
    ),
    Fault(
        id="registry.proxy",
        layer="registry",
        severity="fail",
        matches=PROXY,
        what="a proxy is in the way to the registry",
        why="the engine goes through a proxy that fails, or meets one where it expects TLS",
        remedy=_set_proxy,
        link=_PROXIES,
    ),
    Fault(
        id="registry.certificate",
        layer="registry",
        severity="fail",
        matches=UNTRUSTED & (~says("has expired or is not yet valid") | CLOCK_IS_RIGHT),
        what="the engine does not trust the registry's certificate",
        why="a company's proxy signs it anew, or the registry's own authority is not installed",
        remedy=_trust,
        link="https://docs.docker.com/engine/security/certificates/",
    ),
    Fault(
        id="registry.timeout",
        layer="registry",
        severity="fail",
        matches=SLOW,
        what="the registry does not answer in time",
        why="a firewall drops what is sent to it, or the line is slow",
        remedy=_wait_or_proxy,
        link=_PROXIES,
    ),
    Fault(
        id="registry.unreachable",
        layer="registry",
        severity="fail",
        matches=SILENT,
        what="no registry could be reached",
        why="nobody listens at its address, or the connection is cut on the way",
        remedy=_wait_or_proxy,
    ),
)

UNREACHABLE = frozenset(fault.id for fault in FAULTS if fault.severity == "fail")
"""The faults that mean that no registry was reached, so that an image may come from elsewhere."""
