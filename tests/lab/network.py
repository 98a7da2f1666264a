"""A network namespace that reaches out through this machine, and nothing reaches by accident.

One veth pair joins it to the host; its packets leave under the host's address. The firewall rules
are spelled out because a Docker engine on the host drops what it does not know.
"""

from __future__ import annotations

import ipaddress
import json
import shlex
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from . import cache
from .packages import ensure
from .shell import LabError, run

# Where `ip netns` looks too, so that `ip -n NAME` works on ours.
FOLDER = Path("/run/netns")
DEVICES = Path("/sys/class/net")
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
# High in 10.0.0.0/8: an engine's swarm takes its overlay subnets from the low end.
POOL = ipaddress.IPv4Network("10.213.0.0/16")
INSIDE = "eth0"


@dataclass(frozen=True)
class Namespace:
    """A network namespace by name."""

    name: str

    def command(self, argv: list[str]) -> list[str]:
        """The command that runs ``argv`` in this namespace, with this machine's file system."""
        return ["nsenter", f"--net={FOLDER / self.name}", "--", *argv]


def make(name: str, *, way_out: bool = True) -> Namespace:
    """Make the namespace and its way out; ``dismantle`` takes it away.

    Args:
        name: a lease's.
        way_out: whether it gets one. Without, it has its own loopback and nothing else: no route,
            no device, so that whoever asks for anything outside is told so by the kernel.

    Raises:
        LabError: a command failed, or every subnet is taken.
    """
    ensure("iproute2", "iptables")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).touch(exist_ok=False)
    run("unshare", f"--net={FOLDER / name}", "true")
    if not way_out:
        run("ip", "-n", name, "link", "set", "lo", "up")
        return Namespace(name)
    # Two labs that look for a free subnet at the same moment would find the same one.
    with cache.locked(FOLDER.parent / "envcheck-lab" / "subnets.lock"):
        subnet = _free_subnet()
        _join(name, subnet)
    _let_through(name, subnet)
    space = Namespace(name)
    _fit_packets(space)
    return space


def dismantle(name: str) -> None:
    """Remove firewall rules, veth and namespace; does nothing for what is not there."""
    for table, rule in _rules(name):
        run("iptables", "--wait", "--table", table, "--delete", *rule[1:])
    if (DEVICES / name).exists():
        run("ip", "link", "delete", name)
    place = FOLDER / name
    if place.exists():
        # Not mounted if we were killed between making the file and mounting on it.
        with suppress(LabError):
            run("umount", "--lazy", place)
        place.unlink()


def _join(name: str, subnet: ipaddress.IPv4Network) -> None:
    """Lay the veth pair: the host's end bears the lease's name and the first address."""
    host, inside = (f"{subnet[number]}/{subnet.prefixlen}" for number in (1, 2))
    mtu = _uplink_mtu()
    peer = ("peer", "name", INSIDE, "mtu", mtu, "netns", name)
    run("ip", "link", "add", name, "mtu", mtu, "type", "veth", *peer)
    run("ip", "address", "add", host, "dev", name)
    run("ip", "link", "set", name, "up")
    run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "-n", name, "address", "add", inside, "dev", INSIDE)
    run("ip", "-n", name, "link", "set", INSIDE, "up")
    run("ip", "-n", name, "route", "add", "default", "via", str(subnet[1]))


def _let_through(name: str, subnet: ipaddress.IPv4Network) -> None:
    """Forward and masquerade what comes from the namespace.

    Forwarding stays on afterwards, as a Docker engine leaves it: another lab may rely on it.
    """
    if FORWARDING.read_text().strip() != "1":
        FORWARDING.write_text("1")
    mark = ("--match", "comment", "--comment", name)
    insert = ("iptables", "--wait", "--insert")
    run(*insert, "FORWARD", "--in-interface", name, *mark, "--jump", "ACCEPT")
    run(*insert, "FORWARD", "--out-interface", name, *mark, "--jump", "ACCEPT")
    source = ("--source", str(subnet), "!", "--out-interface", name)
    run(*insert, "POSTROUTING", "--table", "nat", *source, *mark, "--jump", "MASQUERADE")


def _fit_packets(space: Namespace) -> None:
    """Have containers ask for packets that fit through this machine's way out.

    Engines give their bridges 1500 bytes whatever the uplink carries; where it carries less, a
    download stalls for seconds until the far end finds out. Only speed is lost without the rule.
    """
    match = ["--protocol", "tcp", "--tcp-flags", "SYN,RST", "SYN"]
    clamp = ["--append", "FORWARD", *match, "--jump", "TCPMSS", "--clamp-mss-to-pmtu"]
    with suppress(LabError):
        run(*space.command(["iptables", "--wait", "--table", "mangle", *clamp]))


def _rules(name: str) -> list[tuple[str, list[str]]]:
    """Table and words (``-A CHAIN …``) of each rule that bears the name as its comment."""
    found = []
    for table, chain in (("filter", "FORWARD"), ("nat", "POSTROUTING")):
        listing = run("iptables", "--wait", "--table", table, "--list-rules", chain)
        rules = map(shlex.split, listing.splitlines())
        found += [(table, rule) for rule in rules if name in rule and "--comment" in rule]
    return found


def _free_subnet() -> ipaddress.IPv4Network:
    """A /24 that no route of this machine touches.

    Raises:
        LabError: all 256 are taken.
    """
    routes = json.loads(run("ip", "-json", "-4", "route", "show", "table", "all"))
    places = [route["dst"] for route in routes if route["dst"] != "default"]
    taken = [ipaddress.IPv4Network(place, strict=False) for place in places]
    for subnet in POOL.subnets(new_prefix=24):
        if not any(subnet.overlaps(other) for other in taken):
            return subnet
    raise LabError(f"no /24 of {POOL} is free")


def _uplink_mtu() -> str:
    """The largest packet that this machine's way out carries, in bytes."""
    routes = json.loads(run("ip", "-json", "-4", "route", "show", "default"))
    if not routes:
        return "1500"
    device: str = routes[0]["dev"]
    return (DEVICES / device / "mtu").read_text().strip()
