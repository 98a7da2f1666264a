"""Published ports: whose they are, and for how long."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import StepFailed
from envcheck.core.spec import PortBinding
from tests.contract.bench import created, free_port, spec_of, started

if TYPE_CHECKING:
    from tests.contract.bench import Bench


def test_a_wished_for_port_is_given(bench: Bench) -> None:
    port = free_port()
    name = started(bench, spec_of(bench, ports=(PortBinding(80, port),)))
    assert bench.engine.inspect_container(name).ports == {80: port}
    seen = bench.engine.observe().container(name)
    assert seen is not None
    assert seen.ports == {80: port}


def test_a_container_without_a_wish_gets_a_free_port(bench: Bench) -> None:
    ports = (PortBinding(80, None), PortBinding(81, None))
    one = bench.engine.inspect_container(started(bench, spec_of(bench, "one", ports=ports)))
    two = bench.engine.inspect_container(started(bench, spec_of(bench, "two", ports=ports)))
    given = [*one.ports.values(), *two.ports.values()]
    assert set(one.ports) == set(two.ports) == {80, 81}
    assert len(set(given)) == 4
    assert all(port > 1023 for port in given)


def test_a_port_is_bound_while_its_container_runs_and_no_longer(bench: Bench) -> None:
    ports = (PortBinding(80, free_port()),)
    one = created(bench, spec_of(bench, "one", ports=ports))
    assert bench.engine.inspect_container(one).ports == {}
    bench.engine.start_container(one)
    bench.engine.stop_container(one, 0)
    assert bench.engine.inspect_container(one).ports == {}
    two = started(bench, spec_of(bench, "two", ports=ports))
    assert bench.engine.inspect_container(two).alive


def test_the_second_container_on_a_port_stays_created(bench: Bench) -> None:
    ports = (PortBinding(80, free_port()),)
    started(bench, spec_of(bench, "one", ports=ports))
    two = created(bench, spec_of(bench, "two", ports=ports))
    with pytest.raises(StepFailed) as caught:
        bench.engine.start_container(two)
    assert caught.value.id == "docker.port-taken"
    state = bench.engine.inspect_container(two)
    assert state.status == "created"
    assert "port is already allocated" in state.error
    assert state.ports == {}


def test_it_can_be_started_once_the_port_is_free(bench: Bench) -> None:
    ports = (PortBinding(80, free_port()),)
    one = started(bench, spec_of(bench, "one", ports=ports))
    two = created(bench, spec_of(bench, "two", ports=ports))
    with pytest.raises(StepFailed):
        bench.engine.start_container(two)
    bench.engine.remove_container(one)
    bench.engine.start_container(two)
    state = bench.engine.inspect_container(two)
    assert (state.alive, state.error) == (True, "")


def test_a_port_that_another_process_holds_is_taken(bench: Bench) -> None:
    with contextmanager(bench.occupied_port)() as port:
        name = created(bench, spec_of(bench, ports=(PortBinding(80, port),)))
        with pytest.raises(StepFailed) as caught:
            bench.engine.start_container(name)
    assert caught.value.id == "machine.port-taken"
