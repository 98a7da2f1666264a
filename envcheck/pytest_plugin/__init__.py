"""The pytest plugin: a profile's services for tests, on pytest-docker's own interface.

In the project's top conftest.py: `pytest_plugins = ["envcheck.pytest_plugin"]`. It is asked for by
name, so that it takes the place of pytest-docker's fixtures where that is installed as well.
"""

from __future__ import annotations

import inspect
import sys

import pytest

from envcheck.pytest_plugin import docker_fixtures
from envcheck.pytest_plugin.fixtures import (
    MakeDatabase,
    ServiceOf,
    envcheck_database,
    envcheck_env,
    envcheck_environments,
    envcheck_postgres,
    envcheck_redis,
    envcheck_service,
)
from envcheck.pytest_plugin.options import add_options

__all__ = [
    "MakeDatabase",
    "ServiceOf",
    "envcheck_database",
    "envcheck_env",
    "envcheck_environments",
    "envcheck_postgres",
    "envcheck_redis",
    "envcheck_service",
]

_MARKER = "envcheck"
_DOCKER = "envcheck-docker"
_NEEDS_IT = pytest.mark.usefixtures("envcheck_env")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our options and settings."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and put our fixtures in the place of pytest-docker's."""
    text = f"{_MARKER}(profile): the test runs with this profile's services up"
    config.addinivalue_line("markers", text)
    # Now, since of two plugins that have the same fixture the later one counts.
    if not config.pluginmanager.has_plugin(_DOCKER):
        config.pluginmanager.register(docker_fixtures, _DOCKER)


def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, obj: object) -> None:
    """Have the services up for marked tests that name no fixture of ours.

    Each node that bears the marker gets the other one: a function may be in two classes, of which
    only one is marked.
    """
    if _marked(collector.own_markers) and _NEEDS_IT.mark not in collector.own_markers:
        collector.add_marker(_NEEDS_IT)
    own: list[pytest.Mark] = getattr(obj, "pytestmark", [])
    if inspect.isfunction(obj) and _marked(own) and _NEEDS_IT.mark not in own:
        _NEEDS_IT(obj)


def _marked(marks: list[pytest.Mark]) -> bool:
    return any(mark.name == _MARKER for mark in marks)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each marked test the environment of its profile."""
    mark = metafunc.definition.get_closest_marker(_MARKER)
    if mark is None or "envcheck_env" not in metafunc.fixturenames:
        return
    # pytest tells values apart by identity.
    profile = sys.intern(str(_profile(*mark.args, **mark.kwargs)))
    hidden = getattr(pytest, "HIDDEN_PARAM", profile)  # since pytest 8.4
    metafunc.parametrize("envcheck_env", [profile], indirect=True, ids=[hidden], scope="session")


def _profile(profile: object = "") -> object:
    return profile
