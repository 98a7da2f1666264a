"""The services that all tests share, in envcheck's own words and in pytest-docker's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis

if TYPE_CHECKING:
    from envcheck.api import Environment
    from envcheck.pytest_plugin import ServiceOf
    from envcheck.pytest_plugin.docker_fixtures import Services


def test_a_service_by_its_name(envcheck_service: ServiceOf) -> None:
    with psycopg.connect(envcheck_service("db").url) as database:
        assert database.execute("SELECT count(*) FROM notes").fetchone() == (2,)


def test_the_variables(envcheck_env: Environment) -> None:
    assert set(envcheck_env.variables) == {"DATABASE_URL", "REDIS_URL"}
    assert envcheck_env.db.url == envcheck_env.variables["DATABASE_URL"]
    assert envcheck_env.db.url == os.environ["DATABASE_URL"]  # envcheck_environ in pytest.ini


def test_as_with_pytest_docker(docker_ip: str, docker_services: Services) -> None:
    cache = redis.Redis(docker_ip, docker_services.port_for("cache", 6379))
    docker_services.wait_until_responsive(check=cache.ping, timeout=10.0, pause=0.1)
    cache.close()


@pytest.mark.envcheck("notes")
def test_whose_profile_is_named() -> None:
    """It names no fixture; its services are up all the same."""
