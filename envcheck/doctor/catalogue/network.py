"""What containers share with all others: ports, networks and names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import doing, fact, says, status
from envcheck.doctor.products import product

if TYPE_CHECKING:
    from envcheck.doctor.symptom import Symptom

_RESERVED = says("forbidden by its access permissions")
_EXHAUSTED = says(
    "non-overlapping IPv4 address pool among the defaults",  # up to 26
    "all predefined address pools have been fully subnetted",
)
# Bind for 127.0.0.1:8088 · listen tcp4 127.0.0.1:7777: · host port for 127.0.0.1:7777:172.17.0.3:80
_PORT = re.compile(r"(?:Bind for|tcp[46]?|host port for|TCP) (?:\S*?:)?(\d{1,5})(?=[:\s/])")
_NETWORKS = "https://docs.docker.com/engine/network/#subnet-allocation"


def _port(symptom: Symptom) -> str:
    found = _PORT.search(symptom.text)
    number = symptom.subject or (found[1] if found else "")
    return f"port {number} of this machine" if number else "a port of this machine"


def _port_taken(symptom: Symptom, somebody: str) -> str:
    return f"{_port(symptom)} is held by {symptom.holder or somebody}"


def _let_go(symptom: Symptom, look: str) -> Fix:
    commands = (symptom.holder_stop or look,)
    return Fix(
        "stop who holds the port, or give the service another one: without `!` envcheck takes the"
        " next free one by itself",
        commands,
    )


def _who_listens(symptom: Symptom) -> str:
    found = _PORT.search(symptom.text)
    port = symptom.subject or (found[1] if found else "PORT")
    match symptom.facts.host.system:
        case "darwin":
            return f"lsof -nP -iTCP:{port} -sTCP:LISTEN"
        case "windows":
            return f"netstat -ano | findstr :{port}"
        case _:
            return f"ss -ltnp 'sport = :{port}'"


def _more_pools(symptom: Symptom) -> Fix:
    # Not `network prune`: a network of somebody's stopped containers would go, too.
    return Fix(
        "remove networks that nothing uses (`docker network rm NAME`), leave the VPN, or give the"
        f" engine more addresses (`default-address-pools` in {product(symptom).settings})",
        ("docker network ls --filter type=custom",),
    )


def _name_taken(symptom: Symptom) -> str:
    found = re.search(r"name \"?/?([\w.-]+)\"? (?:is already|already)", symptom.text)
    name = symptom.subject or (found[1] if found else "")
    holder = f", by {symptom.holder}" if symptom.holder else ""
    return f"the name {name or 'of a container'} is taken already{holder}"


FAULTS = (
    Fault(
        id="docker.port-taken",
        layer="network",
        severity="fail",
        matches=says("port is already allocated"),
        what=lambda s: _port_taken(s, "another container"),
        why="two containers cannot publish the same port of one address",
        remedy=lambda s: _let_go(s, "docker ps --format '{{.Names}}\\t{{.Ports}}'"),
        link="https://docs.docker.com/engine/network/port-publishing/",
    ),
    Fault(
        id="machine.port-reserved",
        layer="network",
        severity="fail",
        matches=_RESERVED,
        what=lambda s: f"Windows keeps {_port(s)} for itself",
        why="the port lies in a range that Windows has set aside, often for Hyper-V",
        remedy=Fix(
            "publish another port; or, as administrator, have Windows choose its ranges anew",
            (
                "netsh int ipv4 show excludedportrange protocol=tcp",
                "net stop winnat",
                "net start winnat",
            ),
        ),
    ),
    Fault(
        id="machine.port-taken",
        layer="network",
        severity="fail",
        # Not in a container's log: the port that it means is its own.
        matches=says("address already in use", "Ports are not available", "Only one usage of each")
        & ~_RESERVED,
        what=lambda s: _port_taken(s, "another program"),
        why="a program on this machine listens there",
        remedy=lambda s: _let_go(s, _who_listens(s)),
        link="https://docs.docker.com/engine/network/port-publishing/",
    ),
    Fault(
        id="docker.address-pools-exhausted",
        layer="network",
        severity="fail",
        matches=_EXHAUSTED | (doing("look") & fact(lambda f: f.engine.address_pools == 0)),
        what="the engine has no address range left for another network",
        why="every network takes a range, and a VPN may overlap with those that are left",
        remedy=_more_pools,
        link=_NETWORKS,
    ),
    Fault(
        id="docker.network-overlap",
        layer="network",
        severity="fail",
        matches=says("Pool overlaps with other one on this address space"),
        what="the network's addresses are in use by another network",
        why="two networks of one engine cannot share addresses",
        remedy=Fix(
            "choose another subnet, or none: then the engine finds one",
            ("docker network ls --filter type=custom",),
        ),
        link=_NETWORKS,
    ),
    Fault(
        id="docker.name-taken",
        layer="network",
        severity="fail",
        matches=doing("create") & says("is already in use", "already exists") & status(409, 500),
        what=_name_taken,
        why="names are unique on an engine, and a stopped container keeps its own",
        remedy=lambda s: Fix(
            "choose other names with `--instance NAME`; or look at what has it, and remove it"
            " yourself if it is not needed",
            (s.holder_stop or "docker ps --all",),
        ),
    ),
)
