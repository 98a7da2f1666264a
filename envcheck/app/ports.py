"""The host ports of an instance: found free, recorded before anybody else can, and told.

Two instances would both find the same port free. So who settles its ports is alone in that, and
what it settles is on record before it lets the next one. Whoever is no envcheck knows nothing of
that: where a port was taken between the settling and the start, another one is settled.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from envcheck.app.port_holders import PORT_FAULTS, holder_of
from envcheck.core import events as ev
from envcheck.core import host_ports
from envcheck.core.plan import CreateContainer
from envcheck.host.network import taken
from envcheck.services.desired import published_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

    from envcheck.app.session import Session
    from envcheck.core.desired import Desired
    from envcheck.core.errors import EnvcheckError
    from envcheck.core.observed import Observed
    from envcheck.core.past import Past
    from envcheck.core.plan import Plan
    from envcheck.core.profile import Port, Profile
    from envcheck.core.spec import ContainerSpec, PortBinding

_ADDRESS = re.compile(r"(?<![0-9])(?:127\.0\.0\.1|0\.0\.0\.0):([0-9]{1,5})(?![0-9])")


def taken_ports(profile: Profile, past: Past) -> frozenset[int]:
    """Those of the ports that the profile wishes for, or had last, that somebody listens on."""
    wishes = (p.host for s in profile.services.values() for p in published_ports(s))
    had = (host for service in past.ports.values() for host in service.values())
    return taken({*(port for port in wishes if port is not None), *had})


def spare_ports(
    session: Session, desired: Desired, observed: Observed, lost: Set[int] = frozenset()
) -> dict[tuple[str, int], int]:
    """A free host port for each port that an instance publishes, should it need one; none is lost.

    Of an engine on another machine that cannot be known from here; it chooses then.
    """
    if session.endpoint().socket is None:
        return {}
    instance = desired.owner.instance
    ports = [(name, port) for name, s in desired.services.items() for port in s.ports]
    avoid = {*lost, *(port.host for _, port in ports if port.host is not None)}
    avoid |= {host for seen in observed.containers for host in seen.ports.values()}
    avoid |= set(session.ledger().held_by_others(instance))
    found: dict[tuple[str, int], int] = {}
    for name, port in ports:
        host = _free(instance, name, port, avoid)
        if host is not None:
            found[name, port.container] = host
            avoid.add(host)
    return found


def _free(instance: str, service: str, port: Port, avoid: Set[int]) -> int | None:
    tries = host_ports.candidates(instance, service, port.container)
    return next((host for host in tries if host not in avoid and not taken([host])), None)


def hold(session: Session, desired: Desired, plan: Plan) -> None:
    """Record which host ports the new containers will have."""
    for spec in _created(plan):
        _hold(session, desired, spec)


def _created(plan: Plan) -> Iterator[ContainerSpec]:
    return (step.act.spec for step in plan.steps if isinstance(step.act, CreateContainer))


def _hold(session: Session, desired: Desired, spec: ContainerSpec) -> None:
    instance, service = desired.owner.instance, spec.service
    wishes = {port.container: port.host for port in desired.services[service].ports}
    ports = {port.container: port.host for port in spec.ports if port.host is not None}
    session.ledger().wish_ports(instance, service, wishes)
    session.ledger().hold_ports(instance, service, ports)


def tell_others(session: Session, desired: Desired, plan: Plan, now: Occupied) -> None:
    """Tell where a container gets another port than its profile prefers, and who has that one."""
    for spec in _created(plan):
        given = {port.container: port.host for port in spec.ports}
        for port in desired.services[spec.service].ports:
            host = given[port.container]
            if port.wish == "prefer" and port.host not in (None, host) and port.host in now:
                who = now.who(port.host)
                session.emit(ev.Note(f"{spec.service}: {_instead(port.host, who, host)}"))


def _instead(port: int | None, who: str, host: int | None) -> str:
    held = f"port {port} is held by {who}" if who else f"port {port} is taken"
    return f"{held}; {host or 'another one'} is used"


@dataclass(frozen=True)
class Occupied:
    """The host ports that cannot be had, and who has them.

    Attributes:
        observed: the engine; what runs there has its ports.
        ports: those that somebody listens on.
        promised: those that other instances are about to have.
    """

    observed: Observed
    ports: Set[int]
    promised: Mapping[int, str]

    def __contains__(self, port: object) -> bool:
        seen = {host for one in self.observed.containers for host in one.ports.values()}
        return port in self.ports or port in self.promised or port in seen

    def who(self, port: int) -> str:
        """Who has a port, in a few words; nothing where that cannot be seen."""
        holder = holder_of(port, self.observed)
        if holder is not None:
            return holder.name
        return f"instance {self.promised[port]}" if port in self.promised else ""


@dataclass(frozen=True)
class Rebinding:
    """Finds other host ports for a container whose port was taken before it was started.

    Attributes:
        refused: the host ports that the engine could not give to each service so far.
    """

    session: Session
    desired: Desired
    refused: dict[str, frozenset[int]] = field(
        default_factory=lambda: defaultdict(frozenset[int]), init=False
    )

    def __call__(self, service: str, error: EnvcheckError) -> ContainerSpec | None:
        """The container on other ports; None where the error is not of that kind, or none help.

        Raises:
            EnvcheckError: the engine or the ledger cannot be asked.
        """
        if error.id not in PORT_FAULTS or service not in self.desired.services:
            return None
        with self.session.settling("ports"):
            observed = self.session.engine().observe()
            spec = self._other(service, error, observed)
            if spec is not None:
                _hold(self.session, self.desired, spec)
        return spec

    def _other(
        self, service: str, error: EnvcheckError, observed: Observed
    ) -> ContainerSpec | None:
        had = self._had(service)
        ports = self.desired.services[service].ports
        # What was refused once is not tried again, even where nobody is seen to have it.
        self.refused[service] |= _refused(error) or frozenset(had.values())
        if self.refused[service] & host_ports.insisted(ports):
            return None
        wished = (port.host for port in ports if port.host is not None)
        lost = self.refused[service] | taken({*had.values(), *wished})
        lost |= set(self.session.held_elsewhere())
        bindings = host_ports.allot(
            {service: ports},
            {service: had},
            host_ports.busy(observed, lost, leaving=set()),
            kept={service: {port.container for port in ports}},
            spare=spare_ports(self.session, self.desired, observed, lost),
        )[service]
        self._tell(service, had, bindings, observed)
        return replace(self.desired.services[service].container, ports=bindings)

    def _had(self, service: str) -> dict[int, int]:
        return self.session.ledger().ports(self.desired.owner.instance).get(service, {})

    def _tell(
        self,
        service: str,
        had: Mapping[int, int],
        bindings: tuple[PortBinding, ...],
        observed: Observed,
    ) -> None:
        for port in bindings:
            before = had.get(port.container)
            if before is not None and before != port.host:
                holder = holder_of(before, observed)
                text = _instead(before, holder.name if holder else "", port.host)
                self.session.emit(ev.Note(f"{service}: {text}, since it was taken meanwhile"))


def _refused(error: EnvcheckError) -> frozenset[int]:
    """The host ports that an engine's refusal names."""
    text = "\n".join((error.what, *error.evidence))
    return frozenset(int(found) for found in _ADDRESS.findall(text))
