"""A real engine for the tests that need one: by the doctor's own installer, left as found."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from envcheck.app.doctor import working_engine
from envcheck.app.session import Session
from envcheck.core.instances import VARIABLE
from tests.effort import few

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.observed import Observed
    from envcheck.engine.client import DockerEngine

collect_ignore = ["sample"]
"""A project of its own, whose tests are run as its users would, see engine/test_sample.py."""

# How long one example takes says how busy the machine is, and an example that imports a client
# library for the first time takes long: neither is a failure.
settings.register_profile(
    "patient",
    max_examples=few(30),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")

# Who works on envcheck may have it set; what tests call their instances is theirs to say.
os.environ.pop(VARIABLE, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that need no images of webapp come first: beside them another part may build those."""
    needy = {item.path for item in items if "images" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path in needy)


def pytest_collection_finish() -> None:
    """Tests and modules live to the end: the garbage collector need not look at them each time.

    Nor so often: most of what a test makes is gone with it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture(scope="session")
def engine() -> Iterator[DockerEngine]:
    """The engine; installed and started where there is none. Fails where none can be had.

    Its objects are afterwards what they were before, whoever's they are.
    """
    session = Session(emit=print, yes=True)
    try:
        engine = working_engine(session, fix=True)
        before = _names(engine.observe())
        yield engine
        assert _names(engine.observe()) == before
    finally:
        session.close()


def _names(observed: Observed) -> dict[str, set[str]]:
    return {
        "containers": {container.name for container in observed.containers},
        "networks": {network.name for network in observed.networks},
        "volumes": {volume.name for volume in observed.volumes},
        "images": {name for image in observed.images for name in image.tags or (image.id,)},
    }
