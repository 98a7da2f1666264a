"""Ports of this machine: who holds one, and which are free."""

from __future__ import annotations

import os
import socket

from envcheck.host.network import taken
from envcheck.host.processes import listener


def test_the_holder_of_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert taken([port]) == {port}
        holder = listener(port)
        assert holder is not None
        assert holder.pid == os.getpid()
        assert holder.name
    assert taken([port]) == frozenset()
    assert listener(port) is None


def test_a_connection_that_has_ended_holds_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), server.accept()[0]:
            assert listener(port) is not None
    assert taken([port]) == frozenset()
