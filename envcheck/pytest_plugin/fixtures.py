"""The fixtures of our own: the environment, its services, and databases for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from envcheck.api import Database, Environment, Service, UsageError
from envcheck.pytest_plugin.environments import Environments, told
from envcheck.pytest_plugin.options import options_of

ServiceOf = Callable[[str], Service]
"""What `envcheck_service` is: takes a service's name."""
MakeDatabase = Callable[[str], Database]
"""What `envcheck_database` is: takes the name of the service in which it is made."""


@pytest.fixture(scope="session")
def envcheck_environments(pytestconfig: pytest.Config) -> Iterator[Environments]:
    """All environments of this session; taken down at its end."""
    found = Environments(options_of(pytestconfig))
    pytestconfig.pluginmanager.register(found)  # it hears how tests go on
    yield found
    pytestconfig.pluginmanager.unregister(found)
    found.close()


@pytest.fixture(scope="session")
def envcheck_env(
    request: pytest.FixtureRequest, envcheck_environments: Environments
) -> Environment:
    """The environment of the test's profile, up and verified ready."""
    return envcheck_environments.of(getattr(request, "param", ""))


@pytest.fixture(scope="session")
def envcheck_service(envcheck_env: Environment) -> ServiceOf:
    """Gives a service of the environment by its name."""

    def of(name: str) -> Service:
        if name not in envcheck_env:
            pytest.fail(f"there is no service {name}; there are: {', '.join(envcheck_env)}")
        return envcheck_env[name]

    return of


@pytest.fixture
def envcheck_database(envcheck_env: Environment) -> Iterator[MakeDatabase]:
    """Makes a database in a service, for this test alone."""
    with ExitStack() as stack:

        def make(service: str) -> Database:
            with told():
                return stack.enter_context(envcheck_env.database(service))

        yield make


@pytest.fixture
def envcheck_postgres(envcheck_env: Environment, envcheck_database: MakeDatabase) -> Database:
    """A copy of the profile's PostgreSQL database, for this test alone."""
    return envcheck_database(_only(envcheck_env, "postgres"))


@pytest.fixture
def envcheck_redis(envcheck_env: Environment, envcheck_database: MakeDatabase) -> Database:
    """An empty logical database of the profile's Redis, for this test alone."""
    return envcheck_database(_only(envcheck_env, "redis"))


def _only(env: Environment, kind: str) -> str:
    """The one service of a kind; where there are more, or none, the test fails."""
    names = [name for name, service in env.services.items() if service.kind == kind]
    with told():
        if len(names) != 1:
            found = f"{env.profile} has {', '.join(names) or 'no service'} of kind {kind}"
            raise UsageError(f"{found}; name one: envcheck_database(NAME)")
    return names[0]
