"""The probes of the catalogue against real servers, started without envcheck's help."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pytest_docker.plugin import Services

from envcheck.services import postgres, postgres_login, pq, redis
from envcheck.services.kind import Access, NotReady
from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.engine
_SECONDS = 30.0


def until(probe: Callable[[], object]) -> None:
    """Wait with pytest-docker's own helper until a probe no longer says that it is not ready."""

    def answers() -> bool:
        try:
            probe()
        except NotReady:
            return False
        return True

    Services(None).wait_until_responsive(answers, timeout=_SECONDS, pause=0.05)


def started(docker: Docker, kind: str, *options: str, command: tuple[str, ...] = ()) -> int:
    """Start a server of that kind on a free port; the port."""
    tags = docker("images", "--format", "{{.Repository}}:{{.Tag}}")
    image = next(tag for tag in tags if f"/{kind}:" in tag)
    name = f"{INSTANCE}-probe-{kind}"
    inside = {"postgres": 5432, "redis": 6379}[kind]
    docker("run", "-d", "--name", name, "-p", f"127.0.0.1::{inside}", *options, image, *command)
    return int(docker("port", name, str(inside))[0].rpartition(":")[2])


@pytest.fixture
def database(images: None, docker: Docker, docker_ip: str) -> Iterator[Access]:
    """A Postgres that has just been started, on no data."""
    given = {"POSTGRES_USER": "anna", "POSTGRES_PASSWORD": "right", "POSTGRES_DB": "books"}
    options = [word for name, value in given.items() for word in ("-e", f"{name}={value}")]
    port = started(docker, "postgres", *options)
    yield Access(docker_ip, port, given)
    docker("rm", "-fv", f"{INSTANCE}-probe-postgres")


@pytest.fixture
def cache(images: None, docker: Docker, docker_ip: str) -> Iterator[Access]:
    """A Redis with a password."""
    command = ("redis-server", "--requirepass", "right")
    port = started(docker, "redis", command=command)
    yield Access(docker_ip, port, command=command)
    docker("rm", "-fv", f"{INSTANCE}-probe-redis")


def test_postgres_is_ready_when_the_profiles_user_can_ask_its_database(database: Access) -> None:
    until(lambda: postgres.probe(database))
    assert postgres.probe(database).version.startswith("17.")


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("POSTGRES_PASSWORD", "password authentication failed"),
        ("POSTGRES_DB", 'database "wrong" does not exist'),
        ("POSTGRES_USER", "password authentication failed"),
    ],
)
def test_postgres_is_not_ready_for_others(database: Access, variable: str, said: str) -> None:
    until(lambda: postgres.probe(database))
    other = replace(database, environment={**database.environment, variable: "wrong"})
    with pytest.raises(NotReady, match=said):
        postgres.probe(other)


def test_postgres_that_was_stopped_in_mid_course_is_not_waited_for(
    database: Access, docker: Docker
) -> None:
    """The kernel goes on taking its connections and its bytes, so that nothing seems amiss."""
    until(lambda: postgres.probe(database))
    docker("kill", "--signal", "STOP", f"{INSTANCE}-probe-postgres")
    for ask in (postgres.probe, *(question.ask for question in postgres.POSTGRES.questions)):
        begun = time.monotonic()
        with pytest.raises(NotReady, match=r"^no answer in 0.5 s$"):
            ask(replace(database, timeout=0.5))
        assert time.monotonic() - begun < 1.5
    docker("kill", "--signal", "CONT", f"{INSTANCE}-probe-postgres")
    assert postgres.probe(database).version.startswith("17.")


def test_postgres_that_is_stopped_after_it_let_us_in_is_not_waited_for_either(
    database: Access, docker: Docker
) -> None:
    until(lambda: postgres.probe(database))
    begun = 0.0

    def talk() -> None:
        nonlocal begun
        with pq.connected(postgres_login.url(database), 5.0) as server:
            ((pid,),) = server.ask("SELECT pg_backend_pid()")
            docker("exec", f"{INSTANCE}-probe-postgres", "bash", "-c", 'kill -STOP "$0"', pid)
            begun = time.monotonic()
            server.ask("SELECT 1")

    with pytest.raises(NotReady, match=r"^no answer in 5 s$"):
        talk()
    assert 0 < time.monotonic() - begun < 5.5


def test_redis_is_ready_for_those_who_know_its_password(cache: Access) -> None:
    until(lambda: redis.probe(cache))
    assert redis.probe(cache).version == "8.0.2"
    with pytest.raises(NotReady, match="Authentication required"):
        redis.probe(replace(cache, command=()))
