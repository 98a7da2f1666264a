"""How containers end: the image's own signal first, the kind's where it has none, and the grace."""

from __future__ import annotations

from typing import Any

import pytest

from envcheck.core.spec import ContainerSpec
from envcheck.engine.stopping import grace_of, stopping
from envcheck.services.catalogue import KINDS


class Api:
    """An engine with one image and one container, with these configurations."""

    def __init__(self, **config: Any) -> None:
        self._config = config

    def inspect_image(self, _name: str) -> dict[str, Any]:
        """The image."""
        return {"Config": self._config}

    def inspect_container(self, _name: str) -> dict[str, Any]:
        """The container."""
        return {"Config": self._config}


def spec(signal: str) -> ContainerSpec:
    return ContainerSpec("x", "db", "x:1", "n", {}, (), (), {}, stop_signal=signal, grace=90)


@pytest.mark.parametrize(
    ("own", "kind", "written"),
    [
        ("", "SIGINT", {"StopSignal": "SIGINT", "StopTimeout": 90}),
        ("SIGTERM", "SIGINT", {"StopTimeout": 90}),
        ("", "", {"StopTimeout": 90}),
    ],
)
def test_the_image_knows_best(own: str, kind: str, written: dict[str, Any]) -> None:
    assert stopping(Api(StopSignal=own), spec(kind)) == written


@pytest.mark.parametrize(
    ("config", "seconds"),
    [({}, 10), ({"StopTimeout": None}, 10), ({"StopTimeout": 90}, 90), ({"StopTimeout": -1}, 10)],
)
def test_the_grace_is_the_container_s_own(config: dict[str, Any], seconds: int) -> None:
    assert grace_of(Api(**config), "x") == seconds


def test_who_keeps_data_gets_time_to_bring_it_to_disk() -> None:
    for kind in KINDS.values():
        assert (kind.grace > 10) == (kind.marker is not None), kind.name
