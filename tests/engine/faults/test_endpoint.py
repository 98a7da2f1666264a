"""The way to the engine: sockets that are absent, dead, forbidden, hung, or somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.faults import servers
from tests.engine.faults.met import meets
from tests.engine.faults.place import (
    EMPTY_RUN,
    NO_ENGINE,
    USER,
    Place,
    as_user,
    place,
    private,
    with_user,
)
from tests.lab import shared
from tests.lab.packages import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
ENGINE = ("doctor", "--only", "docker.engine")
DEAD_SOCKET = "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"/run/docker.sock\")'"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A folder to mount on."""
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


@pytest.fixture
def bare(scratch: Path) -> Iterator[Place]:
    """A place with an engine installed that does not run, where another may be started."""
    with shared.namespace() as net:
        data = [
            f"mkdir {scratch}/{name} && mount --bind {scratch}/{name} {target}"
            for name, target in (("data", "/var/lib/docker"), ("log", "/var/log"))
        ]
        setup = [*private("/etc", "/opt", scratch=scratch), *data, EMPTY_RUN]
        with place(*setup, netns=net.name) as made:
            yield made


def test_an_engine_that_does_not_run_is_started(bare: Place, folder: Path) -> None:
    meets(bare.cli(folder), "docker.not-running", 3, *ENGINE).by_doctor()


def test_an_engine_that_died_is_started(bare: Place, folder: Path) -> None:
    bare.run(DEAD_SOCKET)
    meets(bare.cli(folder), "docker.socket-dead", 3, *ENGINE).by_doctor()


def test_no_engine_is_installed(folder: Path) -> None:
    """What installing one takes is tried in test_bare."""
    with place(EMPTY_RUN, NO_ENGINE) as made:
        met = meets(made.cli(folder), "docker.not-installed", 3, *ENGINE)
        assert "apt-get install -y docker.io" in met.fix


def test_a_plain_user_may_not_use_the_socket(scratch: Path, folder: Path) -> None:
    ensure("sudo")
    with place(*with_user(scratch)) as made:
        met = meets(made.cli(folder, user=USER), "docker.socket-permission", 3, *ENGINE)
        # What `newgrp` begins, a session with the group, needs a terminal.
        new = ("sudo", "--preserve-env", *as_user(USER, "--init-groups"))
        met.by_commands(lambda command: command.replace("newgrp docker", ""), session=new)


def test_the_session_is_older_than_the_group(scratch: Path, folder: Path) -> None:
    with place(*with_user(scratch, "docker")) as made:
        old = made.cli(folder, user=USER, groups="--clear-groups")
        met = meets(old, "docker.group-stale", 3, *ENGINE)
        assert met.fix == ("newgrp docker",)
        met.by_advice(cli=made.cli(folder, user=USER))


def test_root_through_sudo_is_told(scratch: Path, folder: Path) -> None:
    ensure("sudo")
    with place(*with_user(scratch)) as made:
        plain = made.cli(folder, user=USER)
        sudo = type(plain)(folder, plain.environment, [*plain.prefix, "sudo", "--"])
        meets(sudo, "docker.run-with-sudo", 0, "doctor", "--only", "docker.client").by_advice(
            cli=plain, code=3
        )


def test_an_engine_that_hangs(tmp_path: Path, folder: Path) -> None:
    with (
        servers.silence(tmp_path / "s") as socket,
        place(EMPTY_RUN, "touch /run/docker.sock", f"mount --bind {socket} /run/docker.sock") as it,
    ):
        meets(it.cli(folder), "docker.no-answer", 3, *ENGINE)


def test_another_program_has_the_socket(tmp_path: Path, folder: Path) -> None:
    with (
        servers.website(tmp_path / "s") as socket,
        place(EMPTY_RUN, "touch /run/docker.sock", f"mount --bind {socket} /run/docker.sock") as it,
    ):
        meets(it.cli(folder), "docker.other-program", 3, *ENGINE)


def test_the_engine_listens_elsewhere(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "docker.sock"
    with place(f"touch {other}", f"mount --bind /run/docker.sock {other}", EMPTY_RUN) as made:
        cli = made.cli(folder)
        met = meets(cli, "docker.socket-elsewhere", 3, *ENGINE, XDG_RUNTIME_DIR=str(tmp_path))
        met.by_commands()


def test_docker_host_is_refused(call: Cli) -> None:
    host = f"tcp://127.0.0.1:{servers.free_port()}"
    meets(call, "docker.host-dead", 3, *ENGINE, DOCKER_HOST=host).by_commands()


def test_docker_host_has_no_address(call: Cli) -> None:
    host = "tcp://no-such-host.invalid:2375"
    meets(call, "docker.host-dead", 3, *ENGINE, DOCKER_HOST=host).by_commands()


def test_docker_host_is_a_socket_that_is_not_there(call: Cli, tmp_path: Path) -> None:
    host = f"unix://{tmp_path}/absent.sock"
    meets(call, "docker.host-dead", 3, *ENGINE, DOCKER_HOST=host).by_commands()


def test_docker_host_is_a_website(call: Cli) -> None:
    with servers.web() as address:
        meets(call, "docker.other-program", 3, *ENGINE, DOCKER_HOST=f"tcp://{address}")


@pytest.mark.parametrize("host", ["ftp://127.0.0.1:21", "npipe:////./pipe/docker_engine"])
def test_docker_host_is_no_address(call: Cli, host: str) -> None:
    meets(call, "docker.host-invalid", 3, *ENGINE, DOCKER_HOST=host).by_commands()


def test_docker_host_asks_for_ssh(call: Cli) -> None:
    met = meets(call, "docker.ssh-support", 3, *ENGINE, DOCKER_HOST="ssh://127.0.0.1")
    assert met.fix == ("pip install 'docker[ssh]'",)


def test_certificates_are_asked_for_and_missing(call: Cli, tmp_path: Path) -> None:
    variables = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
    meets(call, "docker.tls-certificates", 3, *ENGINE, **variables).by_commands()


def test_the_client_speaks_tls_and_the_other_side_does_not(call: Cli, tmp_path: Path) -> None:
    servers.certificate(tmp_path, "127.0.0.1")
    (tmp_path / "ca.pem").write_bytes((tmp_path / "cert.pem").read_bytes())
    with servers.web() as address:
        meets(
            call,
            "docker.tls-mismatch",
            3,
            *ENGINE,
            DOCKER_HOST=f"tcp://{address}",
            DOCKER_TLS_VERIFY="1",
            DOCKER_CERT_PATH=str(tmp_path),
        )
