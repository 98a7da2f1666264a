"""Visits: what was up stays up and what was not goes down, however many come."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from envcheck.app.session import Session
from envcheck.app.visits import After, Visit, after
from envcheck.core.deeds import Deed
from envcheck.core.errors import UsageError
from tests.unit.worlds import World, owner, profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.core import events as ev
    from envcheck.engine.client import DockerEngine

ALL = {"db", "cache", "web"}


class Town:
    """Sessions of several runs on one fake engine, with one ledger."""

    def __init__(self, state: Path) -> None:
        self.world = World()
        self.events: list[ev.Event] = []
        self.sessions: list[Session] = []
        self._environ = {"XDG_STATE_HOME": str(state)}

    def session(self) -> Session:
        """A run of its own."""
        made = Session(emit=self.events.append, environ=self._environ)
        made._engine = cast("DockerEngine", self.world.engine)  # noqa: SLF001
        self.sessions.append(made)
        return made

    def comes(self) -> Visit:
        """Somebody begins a visit, and brings the instance up."""
        session = self.session()
        with session.holding("shop", "run"):
            visit = Visit(session, owner())
            self.world.up()
        return visit

    def running(self) -> set[str]:
        """The services that run."""
        seen = self.world.engine.observe().of_instance("shop")
        return {container.service for container in seen if container.state == "running"}

    def stop(self, *services: str) -> None:
        """Have these not run."""
        for service in services:
            self.world.engine.stop_container(f"shop-{service}")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A fake engine with images and nothing else."""
    made = Town(tmp_path)
    yield made
    for session in made.sessions:
        session.close()


def test_what_was_not_there_goes(town: Town) -> None:
    visit = town.comes()
    assert town.running() == ALL
    visit.end(profile(), "as-before")
    assert not [*town.world.engine.observe().of_instance("shop")]
    assert town.world.engine.observe().network("shop") is None
    assert town.world.engine.observe().volume("shop_db-data") is not None


def test_what_was_up_stays_and_what_was_not_goes(town: Town) -> None:
    town.world.up()
    town.stop("web")
    town.comes().end(profile(), "as-before")
    assert town.running() == {"db", "cache"}
    assert town.world.engine.observe().network("shop") is not None


def test_what_was_up_as_a_whole_is_not_touched(town: Town) -> None:
    town.world.up()
    before = town.world.engine.observe()
    town.comes().end(profile(), "as-before")
    assert town.world.engine.observe() == before


@pytest.mark.parametrize("how", ["as-before", "down", "clean"])
def test_the_last_one_to_leave_takes_it_down(town: Town, how: After) -> None:
    first, second = town.comes(), town.comes()
    first.end(profile(), how)
    assert town.running() == ALL
    assert "stays up" in str(town.events[-1])
    second.end(profile(), "as-before")
    assert town.running() == set()


def test_where_one_of_them_wants_it_kept_it_stays(town: Town) -> None:
    first, second = town.comes(), town.comes()
    first.end(profile(), "keep")
    second.end(profile(), "as-before")
    assert town.running() == ALL


def test_after_one_that_was_killed_the_next_one_restores_what_was_before_it(town: Town) -> None:
    killed = town.comes()
    killed._share.leave()  # noqa: SLF001 - as its death does
    town.comes().end(profile(), "as-before")
    assert town.running() == set()


def test_who_brings_it_up_to_stay_has_it_stay(town: Town) -> None:
    visit = town.comes()
    town.session().ledger().end_visit("shop")  # as `up` and `down` do
    visit.end(profile(), "as-before")
    assert town.running() == ALL


def test_what_could_not_be_brought_up_is_left_as_it_is(town: Town) -> None:
    visit = town.comes()
    town.stop("db")
    visit.give_up()
    town.comes().end(profile(), "as-before")
    assert town.running() == {"cache", "web"}


def test_clean_takes_the_data_too(town: Town) -> None:
    town.comes().end(profile(), "clean")
    assert not [v for v in town.world.engine.observe().volumes if v.name.startswith("shop")]


def test_a_word_that_is_none_is_refused_with_the_nearest() -> None:
    assert after("") == "as-before"
    with pytest.raises(UsageError, match="keep, down or clean, not 'claen'") as caught:
        after("claen")
    assert caught.value.fix is not None
    assert "clean" in caught.value.fix.text


def test_what_a_killed_run_had_begun_to_stop_or_remove_is_brought_to_its_end(town: Town) -> None:
    """The engine may be at it still, and nothing shows it while the container is being killed."""
    town.world.up()
    ledger = town.session().ledger()
    run = ledger.begin_run("shop", "clean", 1, "2026-01-01T00:00:00+00:00")
    ledger.begin_deed(run, 0, Deed("remove", "container", "shop-web"))
    ledger.begin_deed(run, 1, Deed("remove", "container", "shop-cache"))
    ledger.end_deed(run, 1)  # and made again since
    ledger.begin_deed(run, 2, Deed("remove", "volume", "shop_db-data"))
    ledger.begin_deed(run, 3, Deed("stop", "container", "shop-db"))
    with town.session().holding("shop", "up"):
        assert town.running() == {"cache"}
    assert town.world.engine.observe().container("shop-web") is None
    assert town.world.engine.observe().container("shop-db") is not None
    assert town.world.engine.observe().volume("shop_db-data") is not None
