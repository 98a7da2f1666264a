"""How many more networks fit into an engine's address pools."""

from __future__ import annotations

from envcheck.core.pools import DEFAULT_POOLS, Pool, networks_left


def test_an_engine_without_networks_has_all_its_pools() -> None:
    assert networks_left((), DEFAULT_POOLS) == 31


def test_each_network_takes_what_it_overlaps() -> None:
    assert networks_left(("172.17.0.0/16", "192.168.0.0/20", "10.1.0.0/16"), DEFAULT_POOLS) == 29
    assert networks_left(("192.168.0.0/16",), DEFAULT_POOLS) == 15


def test_nothing_is_left_when_all_is_taken() -> None:
    assert networks_left(("10.9.0.0/24", "10.9.1.0/24"), (Pool("10.9.0.0/23", 24),)) == 0


def test_ipv6_is_passed_over() -> None:
    pools = (Pool("fd00::/64", 80), Pool("10.9.0.0/24", 24))
    assert networks_left(("fd00::/80",), pools) == 1
