"""Host ports: kept by their instance, found anew where somebody takes one before the start."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from envcheck.app.ports import Rebinding, spare_ports
from envcheck.app.session import Session
from envcheck.core import events as ev
from envcheck.core.plan import CreateContainer, StartContainer
from envcheck.core.spec import PortBinding
from envcheck.run.perform import MOST_PORTS, Performer
from envcheck.run.supplies import NO_SUPPLIES
from tests.fake.lookout import lookout_for
from tests.unit.worlds import World, desired

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.engine.client import DockerEngine

TEXT = "name: shop\nservices:\n  cache: {{image: 'redis:8.0.2', ports: [{port}]}}\n"
WISHED = 26399


class Quay:
    """A session with a fake engine, and a service whose container is about to be started."""

    def __init__(self, state: Path, port: str) -> None:
        self.world = World()
        self.engine = self.world.engine
        self.events: list[ev.Event] = []
        self.session = Session(
            self.events.append,
            environ={"XDG_STATE_HOME": str(state), "DOCKER_HOST": "unix:///none"},
        )
        self.session._engine = cast("DockerEngine", self.engine)  # noqa: SLF001
        self.desired = desired(TEXT.format(port=port))

    def start(self) -> dict[int, int]:
        """Create it on the port that it wishes for, and start it; what it has then."""
        wanted = self.desired.services["cache"]
        bound = tuple(PortBinding(p.container, p.host) for p in wanted.ports)
        given = {p.container: p.host for p in wanted.ports if p.host is not None}
        self.session.ledger().hold_ports("shop", "cache", given)
        self.engine.create_network(self.desired.network)
        for volume in wanted.volumes:
            self.engine.create_volume(volume)
        again = replace(NO_SUPPLIES, rebound=Rebinding(self.session, self.desired))
        perform = Performer(
            self.engine,
            lookout_for(self.engine),
            self.events.append,
            {},
            supplies=again,
        )
        perform(CreateContainer(replace(wanted.container, ports=bound)))
        perform(StartContainer("shop-cache", "cache"))
        return dict(self.engine.inspect_container("shop-cache").ports)

    def notes(self) -> list[str]:
        """All that was told without being a change."""
        return [event.text for event in self.events if isinstance(event, ev.Note)]


@pytest.fixture
def quay(tmp_path: Path) -> Iterator[Quay]:
    made = Quay(tmp_path, f"{WISHED}:6379")
    yield made
    made.session.close()


def test_a_port_that_is_taken_before_the_start_is_replaced_and_told(quay: Quay) -> None:
    quay.engine.taken.add(WISHED)  # nobody had it when it was settled
    (host,) = quay.start().values()
    assert host != WISHED
    assert quay.session.ledger().ports("shop") == {"cache": {6379: host}}
    assert quay.notes() == [
        f"cache: port {WISHED} is taken; {host} is used, since it was taken meanwhile"
    ]
    recreated = [e.change for e in quay.events if isinstance(e, ev.Changed) and e.change.cause]
    assert [change.cause for change in recreated] == ["its port was taken meanwhile"]


def test_each_that_is_taken_is_replaced_until_one_is_free(quay: Quay) -> None:
    quay.engine.taken.add(WISHED)
    first = next(iter(spare_ports(quay.session, quay.desired, quay.engine.observe()).values()))
    quay.engine.taken.add(first)
    assert set(quay.start().values()).isdisjoint({WISHED, first})


def test_it_ends_where_each_is_taken(quay: Quay) -> None:
    def all_taken(what: tuple[str, str]) -> None:
        if what[0] == "start_container":
            spec = quay.engine.store.container("shop-cache").spec
            quay.engine.taken |= {port.host for port in spec.ports if port.host}

    quay.engine.before_each_act = all_taken
    with pytest.raises(Exception, match="port"):
        quay.start()
    starts = [act for act in quay.engine.acts if act[0] == "start_container"]
    assert len(starts) == MOST_PORTS + 1


def test_one_that_is_insisted_on_is_not_replaced(tmp_path: Path) -> None:
    quay = Quay(tmp_path, f"'{WISHED}!:6379'")
    quay.engine.taken.add(WISHED)
    with pytest.raises(Exception, match="port"):
        quay.start()
    quay.session.close()


def test_a_spare_port_is_the_same_each_time_and_nobody_has_it(quay: Quay) -> None:
    first = spare_ports(quay.session, quay.desired, quay.engine.observe())
    assert first == spare_ports(quay.session, quay.desired, quay.engine.observe())
    (port,) = first.values()
    with socket.create_server(("127.0.0.1", port)):
        assert port not in spare_ports(quay.session, quay.desired, quay.engine.observe()).values()
    quay.session.ledger().hold_ports("other", "cache", {6379: port})
    assert port not in spare_ports(quay.session, quay.desired, quay.engine.observe()).values()
