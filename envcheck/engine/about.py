"""Questions about an engine as a whole, for the doctor."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from envcheck.core.pools import DEFAULT_POOLS, Pool
from envcheck.engine import seen
from envcheck.engine.engine_facts import engine_facts
from envcheck.engine.failures import ours

if TYPE_CHECKING:
    from envcheck.doctor.facts import EngineFacts


class About:
    """Asks an engine about itself; ``api`` is the SDK's own client."""

    def __init__(self, api: Any) -> None:
        self._api = api

    @ours("asking the engine about itself")
    def facts(self) -> EngineFacts:
        """What it is, as facts."""
        now = datetime.now(timezone.utc)
        return engine_facts(self._api.info(), self._api.version(), now)

    @ours("adding up what could be had back")
    def reclaimable(self) -> int:
        """Bytes of images that no container uses and of volumes that none mounts."""
        return seen.reclaimable(self._api.df())

    @ours("looking at the engine's networks")
    def subnets(self) -> tuple[str, ...]:
        """Every subnet in use by a network, in CIDR form."""
        found: list[str] = []
        for network in self._api.networks():
            for config in (network.get("IPAM") or {}).get("Config") or ():
                found += [str(config["Subnet"])] if config.get("Subnet") else []
        return tuple(found)

    @ours("asking the engine about its address pools")
    def address_pools(self) -> tuple[Pool, ...]:
        """What networks are cut from; an engine that was told nothing names none."""
        told = self._api.info().get("DefaultAddressPools") or ()
        pools = tuple(Pool(str(pool["Base"]), int(pool["Size"])) for pool in told)
        return pools or DEFAULT_POOLS

    @ours("asking the engine for its registry")
    def registry_host(self) -> str:
        """The host that the engine asks for images without a registry in their name."""
        return urlsplit(str(self._api.info().get("IndexServerAddress", ""))).hostname or ""
