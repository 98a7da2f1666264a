"""A container that a killed `check --deep` had put aside comes back, and is never lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envcheck.core.put_aside import aside_notes
from envcheck.core.spec import aside_name
from tests.unit.plans import work
from tests.unit.worlds import SHOP, World, desired

DB, ASIDE = "shop-db", "shop-db-before"


@pytest.fixture
def up() -> World:
    """An engine on which the shop is up."""
    world = World()
    world.up()
    return world


def put_aside(world: World) -> str:
    """Stop and rename the database as the proof does; its id."""
    world.engine.stop_container(DB, 1)
    world.engine.rename_container(DB, ASIDE)
    return world.engine.inspect_container(ASIDE).id


def test_it_gets_its_name_back_and_is_started(up: World) -> None:
    id = put_aside(up)
    assert aside_name(DB) == ASIDE
    rename, start = (line.partition(" <- ")[0] for line in work(up))
    assert "rename shop-db-before to shop-db: a `check --deep` that was killed" in rename
    assert start.endswith("start shop-db: it is exited")
    up.up()
    assert up.engine.inspect_container(DB).id == id
    assert up.engine.observe().container(ASIDE) is None
    assert work(up) == []


def test_it_stays_where_another_has_its_name_and_that_is_said(up: World) -> None:
    id = put_aside(up)
    spec = up.engine.store.container(ASIDE).spec
    up.engine.create_container(replace(spec, name=DB))  # as the proof does
    up.engine.start_container(DB)
    assert work(up) == []
    seen = up.engine.observe()
    (note,) = aside_notes(desired(SHOP), seen)
    assert note.startswith(
        "shop-db-before is left of a `check --deep` that was killed, and is kept"
    )
    up.up()
    assert up.engine.inspect_container(ASIDE).id == id


def test_one_that_is_outdated_makes_place(up: World) -> None:
    put_aside(up)
    lines = work(up, SHOP.replace("secret-of-db", "another-secret"))
    assert not any("rename" in line for line in lines)
    assert any("remove shop-db: environment changed" in line for line in lines)


def test_somebody_elses_of_that_name_is_not_touched(up: World) -> None:
    up.engine.rename_container("shop-cache", ASIDE)
    assert not any("rename" in line for line in work(up))
