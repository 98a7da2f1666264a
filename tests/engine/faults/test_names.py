"""What containers share with all others: ports and names."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE, Docker
from tests.engine.faults import servers
from tests.engine.faults.conftest import HERE, write
from tests.engine.faults.met import meets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
PORTS = ("doctor", "lab", "--only", "machine.ports", "--instance", HERE)
UP = ("up", "lab", "--instance", HERE)
LISTEN = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    print("listens", flush=True)
    sys.stdin.read()
"""


def wish(cli: Cli, image: str, port: str) -> None:
    service = {"image": image, "ports": [f"{port}:8080"], "command": ["sleep", "60"]}
    write(cli.folder, {"thing": service})


@contextmanager
def process(port: int) -> Iterator[subprocess.Popen[str]]:
    """A program that listens on a port."""
    with subprocess.Popen(
        [sys.executable, "-c", LISTEN, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as listening:
        assert listening.stdout
        assert listening.stdout.readline() == "listens\n"
        yield listening
        listening.kill()


@contextmanager
def container(docker: Docker, image: str, port: int) -> Iterator[str]:
    """A foreign container that has published a port."""
    name = f"{INSTANCE}-holder"
    docker("run", "-d", "--name", name, "-p", f"127.0.0.1:{port}:80", image, "sleep", "600")
    yield name
    docker("rm", "-f", name)


def test_a_process_holds_a_port_that_is_insisted_on(here: Cli, box: str) -> None:
    port = servers.free_port()
    wish(here, box, f"{port}!")
    with process(port) as holder:
        met = meets(here, "machine.port-taken", 1, *PORTS)
        assert met.fix == (f"kill {holder.pid}",)
        met.by_commands()


def test_up_meets_a_process_on_a_port(here: Cli, box: str) -> None:
    port = servers.free_port()
    wish(here, box, f"{port}!")
    with process(port) as holder:
        met = meets(here, "machine.port-taken", 4, *UP)
        assert met.fix == (f"kill {holder.pid}",)
        met.by_commands()


def test_a_container_holds_a_port_that_is_insisted_on(here: Cli, box: str, docker: Docker) -> None:
    port = servers.free_port()
    wish(here, box, f"{port}!")
    with container(docker, box, port) as holder:
        met = meets(here, "docker.port-taken", 1, *PORTS)
        assert met.fix == (f"docker stop {holder}",)
        met.by_commands(lambda command: command.replace("stop", "kill"))


def test_up_meets_a_container_on_a_port(here: Cli, box: str, docker: Docker) -> None:
    port = servers.free_port()
    wish(here, box, f"{port}!")
    with container(docker, box, port) as holder:
        met = meets(here, "docker.port-taken", 4, *UP)
        assert met.fix == (f"docker stop {holder}",)
        met.by_commands(lambda command: command.replace("stop", "kill"))


def test_a_port_that_is_only_preferred_is_a_warning(here: Cli, box: str) -> None:
    port = servers.free_port()
    wish(here, box, str(port))
    with process(port):
        meets(here, "machine.port-taken", 0, *PORTS)


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_a_stranger_has_the_name(here: Cli, box: str, docker: Docker, kind: str) -> None:
    service = {"image": box, "command": ["sleep", "60"], "volumes": ["data:/data"]}
    write(here.folder, {"thing": service})
    name = {"container": f"{HERE}-thing", "network": HERE, "volume": f"{HERE}_data"}[kind]
    docker(kind, "create", *(("--name", name, box) if kind == "container" else (name,)))
    met = meets(here, "docker.name-taken", 4, *UP)
    assert re.search(name, " ".join(met.fix))
    docker(kind, "rm", name)
    met.by_advice()
