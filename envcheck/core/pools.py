"""How many networks an engine can still make from its address pools. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Pool:
    """Addresses that networks are cut from: ``base`` in CIDR form, prefix length ``size``."""

    base: str
    size: int


DEFAULT_POOLS = (
    *(Pool(f"172.{second}.0.0/16", 16) for second in range(17, 32)),
    Pool("192.168.0.0/16", 20),
)
"""What an engine uses that is told nothing (moby, libnetwork/ipamutils)."""


def networks_left(used: Iterable[str], pools: Iterable[Pool]) -> int:
    """The number of subnets of the pools that no used one overlaps; IPv6 is passed over."""
    taken = [
        network
        for text in used
        if isinstance(network := ipaddress.ip_network(text, strict=False), ipaddress.IPv4Network)
    ]
    return sum(
        not any(subnet.overlaps(other) for other in taken)
        for pool in pools
        if ":" not in pool.base
        for subnet in ipaddress.IPv4Network(pool.base, strict=False).subnets(new_prefix=pool.size)
    )
