"""Without a network: what must be here, and which checks are left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from envcheck.app.checks.table import all_checks
from envcheck.app.offline import inward, refuse_missing, settled
from envcheck.app.session import Session
from envcheck.core.errors import ExitCode, ObjectMissing
from envcheck.core.observed import Observed, SeenImage
from envcheck.core.pins import Pins
from envcheck.core.reference import parse_reference
from envcheck.core.spec import Label
from envcheck.images.recipes import shipped
from envcheck.images.sources import here
from tests.unit.images.bundle.loading import Store
from tests.unit.worlds import profile

if TYPE_CHECKING:
    from envcheck.core.events import Event

PINS = tuple(map(parse_reference, ("redis:8.0.2", "postgres:17.11", "node:24.21.0")))
SHOP = profile("name: shop\nservices: {cache: {image: 'redis:8.0.2'}}\n")


def session(*tags: str, heard: list[Event] | None = None) -> Session:
    images = tuple(SeenImage(f"sha256:{tag}", (tag,), (), {}, 1) for tag in tags)
    made = Session((heard if heard is not None else []).append)
    made._engine = cast("Any", Store(Observed(images=images)))  # noqa: SLF001
    return made


def test_every_image_that_is_missing_is_named() -> None:
    with pytest.raises(ObjectMissing) as caught:
        refuse_missing(session("redis:8.0.2"), SHOP, PINS, Pins())
    error = caught.value
    assert (error.id, error.exit_code) == ("offline.image-missing", ExitCode.FAILED)
    assert error.what.endswith(": postgres:17.11, node:24.21.0")
    assert error.fix is not None
    assert error.fix.commands[-1] == "envcheck bundle load FILE"
    refuse_missing(session(*map(str, PINS)), SHOP, PINS, Pins())


def test_no_check_is_left_that_asks_outside() -> None:
    everything = all_checks(None)
    heard: list[Event] = []
    left = {c.id for c in inward(session("hello-world:linux", "busybox:1.37.0"), SHOP, everything)}
    assert {c.id for c in everything} - left == {"registry.answers", "docker.name-server"}
    bare = {c.id for c in inward(session(heard=heard), SHOP, everything)}
    assert left - bare == {"docker.hello-world", "docker.published-port", "docker.named-volume"}
    assert len(heard) == 1


def test_what_an_older_recipe_has_built_will_do() -> None:
    twin = parse_reference("envcheck.local/redis:8.0.2")
    old = SeenImage("sha256:o", (str(twin),), (), {Label.RECIPE: "redis:8.0.2"}, 1)
    pins = Pins(recipes=shipped())
    assert here(PINS[0], Observed(images=(old,)), pins) is None
    found = here(PINS[0], Observed(images=(old,)), settled(pins))
    assert found is not None
    assert found.reference == str(twin)
