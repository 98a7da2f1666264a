"""Databases and what they find in their volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.faults.conftest import HERE, write
from tests.engine.faults.met import Met, meets

if TYPE_CHECKING:
    from tests.engine.cli import Cli
    from tests.engine.conftest import Docker

pytestmark = pytest.mark.engine
UP = ("up", "lab", "--instance", HERE)
PASSWORD = {"POSTGRES_PASSWORD": "first"}


def database(cli: Cli, environment: dict[str, str], timeout: int = 60) -> None:
    service = {"image": "postgres:17.11", "environment": environment, "timeout": timeout}
    write(cli.folder, {"db": service})


def in_volume(docker: Docker, service: str, script: str) -> None:
    """Run a shell script where a service's data is."""
    wanted = "envcheck.local/busybox"
    image = next(i for i in docker("images", "--format", "{{.Repository}}:{{.Tag}}") if wanted in i)
    mount = f"{HERE}_{service}-data:/data"
    docker("run", "--rm", "-v", mount, "--entrypoint", "", image, "sh", "-ec", script)


def drops_the_data(cli: Cli, met: Met) -> None:
    """What the fix says for who can do without the data."""
    service = "db" if met.fault.startswith("postgres") else "cache"
    clean = cli("clean", "lab", "--yes", "--instance", HERE, "--only", service)
    assert clean.code == 0, clean.out
    met.by_advice()


def test_the_data_is_of_another_major_version(here: Cli, docker: Docker) -> None:
    database(here, PASSWORD)
    assert here(*UP).code == 0
    assert here("down", "lab", "--instance", HERE).code == 0
    in_volume(docker, "db", "cd /data; test -s PG_VERSION; echo 15 >PG_VERSION")
    drops_the_data(here, meets(here, "postgres.data-other-major", 1, *UP))


def test_the_data_has_another_password(here: Cli) -> None:
    database(here, PASSWORD)
    assert here(*UP).code == 0
    database(here, {"POSTGRES_PASSWORD": "second"}, timeout=3)
    met = meets(here, "postgres.old-password", 1, *UP)
    database(here, PASSWORD)
    met.by_advice()


def test_there_is_no_password(here: Cli) -> None:
    database(here, {"POSTGRES_PASSWORD_FILE": "/dev/null"})
    met = meets(here, "postgres.no-password", 1, *UP)
    database(here, PASSWORD)
    met.by_advice()


def test_the_data_is_of_a_newer_redis(here: Cli, docker: Docker) -> None:
    write(here.folder, {"cache": {"image": "redis:8.0.2", "timeout": 30}})
    assert here(*UP).code == 0
    assert here("down", "lab", "--instance", HERE).code == 0
    in_volume(docker, "cache", "printf REDIS0099 >/data/dump.rdb; chmod 666 /data/dump.rdb")
    drops_the_data(here, meets(here, "redis.newer-data", 1, *UP))
