"""Registries that say no, break, stall, hang up, or are not there."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.faults import servers
from tests.engine.faults.conftest import HERE, configure, write
from tests.engine.faults.met import meets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
UP = ("up", "lab", "--instance", HERE)
CERTIFICATES = Path("/etc/docker/certs.d")


def want(cli: Cli, image: str) -> None:
    write(cli.folder, {"thing": {"image": image, "command": ["sleep", "60"]}})


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (403, "registry.access-denied"),
        (404, "registry.unknown-image"),
        (429, "registry.rate-limit"),
        (500, "registry.broken"),
        (503, "registry.broken"),
    ],
)
def test_a_registry_refuses(here: Cli, status: int, fault: str) -> None:
    with servers.registry(refuse=status) as hub:
        want(here, hub.thing)
        met = meets(here, fault, 4, *UP)
        hub.refuse = 0
        met.by_advice()


def test_a_registry_asks_for_a_login(here: Cli, configured: Cli) -> None:
    configure(configured)
    user, password = servers.LOGIN
    with servers.registry(login=True) as hub:
        want(here, hub.thing)
        met = meets(configured, "registry.login-failed", 4, *UP)
        words = f"login --username {user} --password {password}"
        assert met.fix[-1] == f"docker login {hub.address}"
        met.by_commands(lambda command: command.replace("login ", f"{words} "))


def test_a_registry_stalls(here: Cli) -> None:
    with servers.deaf() as address:
        want(here, f"{address}/thing:1")
        meets(here, "registry.timeout", 4, *UP)


def test_nobody_listens_where_a_registry_should(here: Cli) -> None:
    want(here, f"127.0.0.1:{servers.free_port()}/thing:1")
    meets(here, "registry.unreachable", 4, *UP)


def test_a_registrys_name_is_not_known(here: Cli) -> None:
    want(here, "no-such-registry.invalid/thing:1")
    meets(here, "registry.no-such-host", 4, *UP)


def test_what_answers_for_the_registry_speaks_no_tls(here: Cli) -> None:
    """As a proxy does that stands in between; on a loopback address, engines would not mind."""
    with servers.registry(own_address()) as hub:
        want(here, hub.thing)
        meets(here, "registry.proxy", 4, *UP)


def test_nobody_knows_who_signed_the_registrys_certificate(here: Cli, tmp_path: Path) -> None:
    address = own_address()
    file = servers.certificate(tmp_path, address)
    with servers.registry(address, certificate=file) as hub:
        want(here, hub.thing)
        met = meets(here, "registry.certificate", 4, *UP)
        with trusted(hub.address, tmp_path / "cert.pem"):
            met.by_advice()


@contextmanager
def trusted(address: str, authority: Path) -> Iterator[None]:
    """The engine knows an authority, for one registry."""
    before = [folder for folder in (CERTIFICATES, CERTIFICATES.parent) if not folder.exists()]
    folder = CERTIFICATES / address
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_bytes(authority.read_bytes())
    yield
    (folder / "ca.crt").unlink()
    for made in (folder, *before):
        made.rmdir()


def own_address() -> str:
    """An address of this machine that is not a loopback one. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))
        address: str = asked.getsockname()[0]
        return address
