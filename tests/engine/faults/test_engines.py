"""Engines that are broken themselves: their own ones, which nobody else uses."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.engine.faults import scrap, servers
from tests.engine.faults.conftest import HERE, write
from tests.engine.faults.met import meets
from tests.lab import engines, shared
from tests.lab.network import DEVICES
from tests.lab.shell import run as shell

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.engine
BOX = f"lab.invalid/box-{INSTANCE}:1"
UP = ("up", "lab", "--instance", HERE)
CLEAN = ("clean", "lab", "--yes", "--instance", HERE)
ROOM = 48
"""Megabytes that the small engine has for all its data."""
LITTLE = 500_000
"""Bytes that are left when its disk is full: less than an image takes."""
TLS_PORT = 2376


@dataclass(frozen=True)
class Odd:
    """An engine of the lab's own, a command line for it, and what it keeps."""

    engine: engines.Engine
    cli: Cli
    docker: Docker
    data: Path
    address: str
    certificates: Path

    def inside(self, script: str) -> str:
        """Run a shell script where the engine has its network and its mounts, as root."""
        into = ["nsenter", f"--target={self.engine.pid}", "--mount", "--net", "--"]
        return shell(*into, "sh", "-ec", script)

    def run(self, *command: str, **more: object) -> None:
        """Write a profile of one service that runs a command."""
        write(self.cli.folder, {"thing": {"image": BOX, "command": list(command), **more}})


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Odd]:
    """An engine with little room, few addresses, a bad name server, and a port with TLS."""
    root = tmp_path_factory.mktemp("odd")
    with mounted(root / "small"), shared.namespace() as net:
        certificate = servers.certificate(root, "127.0.0.1")
        (root / "ca.pem").write_bytes((root / "cert.pem").read_bytes())
        tls = ("tlscacert", "ca"), ("tlscert", "cert"), ("tlskey", "key")
        arguments = [
            "--bip=10.98.0.1/24",
            "--default-address-pool=base=10.99.0.0/28,size=28",
            "--dns=127.0.0.1",
            "--max-download-attempts=1",
            f"--host=tcp://127.0.0.1:{TLS_PORT}",
            "--tlsverify",
            *(f"--{option}={root}/{name}.pem" for option, name in tls),
            f"--insecure-registry={address_of(net.name)}/32",
        ]
        with engines.start(
            "distribution", root / "small", netns=net.name, extra_args=arguments
        ) as engine:
            host = {"DOCKER_HOST": engine.docker_host, "XDG_STATE_HOME": str(root / "state")}
            docker = Docker(host)
            data = Path(docker("info", "--format", "{{.DockerRootDir}}")[0])
            scrap.load(BOX, scrap.programs(), host=engine.docker_host)
            cli = Cli(root, host, engine.command([]))
            yield Odd(engine, cli, docker, data, address_of(net.name), certificate.parent)


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A file system of few megabytes."""
    folder.mkdir()
    shell("mount", "-t", "tmpfs", "-o", f"size={ROOM}m", "tmpfs", folder)
    try:
        yield
    finally:
        shell("umount", "--lazy", folder)


def address_of(name: str) -> str:
    """The machine's own address in a namespace's network."""
    assert (DEVICES / name).exists()
    told = json.loads(shell("ip", "-json", "-4", "address", "show", "dev", name))
    address: str = told[0]["addr_info"][0]["local"]
    return address


@pytest.fixture
def odd(started: Odd, folder: Path) -> Iterator[Odd]:
    """That engine and a project's folder; nothing of the project is left on it afterwards."""
    cli = Cli(folder, started.cli.environment, started.cli.prefix)
    found = Odd(
        started.engine,
        cli,
        started.docker,
        started.data,
        started.address,
        started.certificates,
    )
    yield found
    if list(folder.glob("profiles/*.yaml")):
        gone = cli(*CLEAN)
        assert gone.code == 0, gone.out


def test_no_address_range_is_left(odd: Odd) -> None:
    odd.run("sleep", "60")
    odd.docker("network", "create", "forgotten")
    look = ("doctor", "--only", "docker.address-pools")
    met = meets(odd.cli, "docker.address-pools-exhausted", 1, *look)
    up = meets(odd.cli, "docker.address-pools-exhausted", 4, *UP)
    assert "docker network ls --filter type=custom" in up.fix
    met.by_commands(lambda command: f"{command} && docker network rm forgotten")
    up.by_advice()


def test_there_is_little_room(odd: Odd) -> None:
    meets(odd.cli, "machine.disk-low", 0, "doctor", "--only", "machine.disk")


def test_a_build_fills_the_disk(odd: Odd) -> None:
    write(odd.cli.folder, {"thing": {"build": "big", "command": ["sleep", "60"]}})
    context = odd.cli.folder / "profiles" / "big"
    context.mkdir()
    step = "RUN dd if=/dev/zero of=/big bs=1048576 count={}\n"
    (context / "Dockerfile").write_text(f"FROM {BOX}\n{step.format(ROOM)}")
    met = meets(odd.cli, "machine.disk-full", 4, *UP)
    (context / "Dockerfile").write_text(f"FROM {BOX}\n{step.format(1)}")
    met.by_advice()


def test_a_pull_fills_the_disk(odd: Odd) -> None:
    filler = odd.data / "filler"
    with servers.registry(odd.address) as hub:
        write(odd.cli.folder, {"thing": {"image": hub.thing, "command": ["sleep", "60"]}})
        try:
            shell("fallocate", "--length", str(free(odd.data) - LITTLE), filler)
            met = meets(odd.cli, "machine.disk-full", 4, *UP)
        finally:
            filler.unlink(missing_ok=True)
        met.by_advice()


def free(folder: Path) -> int:
    """Bytes that are free where a folder is."""
    return int(shell("stat", "-f", "-c", "%a", folder)) * int(
        shell("stat", "-f", "-c", "%S", folder)
    )


def test_a_registry_hangs_up_in_the_middle(odd: Odd) -> None:
    with servers.registry(odd.address, cut=True) as hub:
        write(odd.cli.folder, {"thing": {"image": hub.thing, "command": ["sleep", "60"]}})
        met = meets(odd.cli, "registry.unreachable", 4, *UP)
        hub.cut = False
        met.by_advice()


def test_storage_is_read_only(odd: Odd) -> None:
    odd.run("sleep", "60", volumes=["data:/data"])
    volumes = odd.data / "volumes"
    odd.inside(f"mount --bind {volumes} {volumes}; mount -o remount,bind,ro {volumes}")
    try:
        met = meets(odd.cli, "docker.storage-read-only", 4, *UP)
    finally:
        odd.inside(f"umount {volumes}")
    met.by_advice()


def test_the_kernel_forwards_nothing(odd: Odd) -> None:
    odd.inside("sysctl -w net.ipv4.ip_forward=0")
    look = ("doctor", "--only", "machine.kernel")
    meets(odd.cli, "machine.ip-forwarding", 1, *look).by_doctor()
    assert odd.inside("sysctl -n net.ipv4.ip_forward") == "1\n"


def test_the_firewalls_rules_are_gone(odd: Odd) -> None:
    odd.run("sleep", "60", ports=["auto:8080"])
    saved = odd.inside("iptables-save --table nat")
    odd.inside("iptables --wait --table nat --flush; iptables --wait --table nat -X DOCKER")
    try:
        met = meets(odd.cli, "docker.iptables-stale", 4, *UP)
    finally:
        into = ["nsenter", f"--target={odd.engine.pid}", "--net", "--", "iptables-restore"]
        subprocess.run([*into, "--table", "nat"], input=saved, text=True, check=True)
    met.by_advice()


def test_the_engine_wants_tls_and_the_client_does_not(odd: Odd) -> None:
    look = ("doctor", "--only", "docker.engine")
    host = f"tcp://127.0.0.1:{TLS_PORT}"
    met = meets(odd.cli, "docker.tls-mismatch", 3, *look, DOCKER_HOST=host)
    # Where the last two are set, they come before the engine's own authority (psf/requests#3829).
    met.by_advice(
        DOCKER_TLS_VERIFY="1",
        DOCKER_CERT_PATH=str(odd.certificates),
        REQUESTS_CA_BUNDLE="",
        CURL_CA_BUNDLE="",
    )


@pytest.fixture
def stocked(odd: Odd) -> Iterator[Odd]:
    """With the images that the doctor's round trips run, which are busybox both."""
    hello = b"#!/bin/sh\nexec /bin/busybox echo 'Hello from Docker!'\n"
    files = {**scrap.programs(), "hello": (hello, 0o755), "tmp/empty": (b"", 0o644)}
    host = odd.engine.docker_host
    names = {"hello-world:linux": ["/hello"], "busybox:1.37.0": ["sh"]}
    for name, command in names.items():
        scrap.load(name, files, host=host, Cmd=command)
    yield odd
    odd.docker("rmi", *names)


def test_a_published_port_does_not_answer(stocked: Odd) -> None:
    """A firewall stands between this machine and its containers."""
    rule = "OUTPUT --out-interface docker0 --protocol tcp --jump DROP"
    proxy = "OUTPUT --out-interface lo --protocol tcp --dport 1024: --jump DROP"
    for words in (rule, proxy):
        stocked.inside(f"iptables --wait --insert {words}")
    try:
        look = ("doctor", "--only", "docker.published-port")
        met = meets(stocked.cli, "docker.published-port", 1, *look)
    finally:
        for words in (rule, proxy):
            stocked.inside(f"iptables --wait --delete {words}")
    met.by_advice()


def test_containers_reach_no_name_server(stocked: Odd) -> None:
    meets(stocked.cli, "docker.no-name-server", 0, "doctor", "--only", "docker.name-server")


def test_there_is_no_image_to_try(odd: Odd) -> None:
    look = ("doctor", "--only", "docker.hello-world")
    met = meets(odd.cli, "docker.hello-world-missing", 3, *look)
    assert met.fix
