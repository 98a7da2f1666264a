"""What a failed run has made is taken away again, and nothing else, on the fake engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from envcheck.app.image_uses import guarded, record
from envcheck.app.remains import at_once, remains
from envcheck.app.rollback import OnFailure, interrupted, on_failure, undo
from envcheck.app.session import Session
from envcheck.core import events as ev
from envcheck.core.errors import ObjectConflict, UsageError
from envcheck.core.plan import RemoveImage
from envcheck.core.spec import Owner
from envcheck.run.executor import execute
from envcheck.run.perform import Performer
from tests.fake.lookout import lookout_for
from tests.unit.worlds import ROOT, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.core.plan import Act
    from envcheck.engine.client import DockerEngine

SHOP = Owner("shop", "shop", ROOT, "1")


class Run:
    """A session on a fake engine, and what it tells."""

    def __init__(self, state: Path) -> None:
        self.world = World()
        self.events: list[ev.Event] = []
        environ = {"XDG_STATE_HOME": str(state)}
        self.session = Session(emit=self.events.append, instance="shop", environ=environ)
        self.session._engine = cast("DockerEngine", self.world.engine)  # noqa: SLF001
        self.session.ledger()

    def makes(self, *kinds: str) -> None:
        """Carry out those steps of an `up` that make things of these kinds."""
        plan = self.world.plan().only(lambda act: type(act).__name__ in kinds)
        perform = Performer(
            self.world.engine, lookout_for(self.world.engine), lambda _event: None, {}
        )
        execute(plan, self.session.recording(perform), abort=lambda: None)

    def names(self) -> set[str]:
        """What is there of the shop."""
        seen = self.world.engine.observe()
        names = {container.name for container in seen.containers}
        names |= {volume.name for volume in seen.volumes}
        names |= {network.name for network in seen.networks}
        return {name for name in names if name.startswith("shop")}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A run on an engine that has images and nothing else."""
    made = Run(tmp_path)
    yield made
    made.session.close()


@pytest.mark.parametrize(
    ("how", "left"),
    [
        ("keep", {"shop", "shop-db", "shop-cache", "shop-web", "shop_db-data", "shop_cache-data"}),
        ("down", {"shop_db-data", "shop_cache-data"}),
        ("clean", set()),
    ],
)
def test_what_the_run_made_goes_as_far_as_is_said(run: Run, how: OnFailure, left: set[str]) -> None:
    with run.session.holding("shop", "up"):
        run.makes("CreateNetwork", "CreateVolume", "CreateContainer")
        undo(run.session, SHOP, how)
    assert run.names() == left
    told = [event for event in run.events if isinstance(event, ev.TakenBack)]
    assert [event.how for event in told] == ([] if how == "keep" else [how])


def test_what_was_there_before_the_run_stays(run: Run) -> None:
    with run.session.holding("shop", "up"):
        run.makes("CreateNetwork", "CreateVolume")
    with run.session.holding("shop", "up"):
        run.makes("CreateContainer")
        undo(run.session, SHOP, "clean")
    assert run.names() == {"shop", "shop_db-data", "shop_cache-data"}
    (told,) = (event for event in run.events if isinstance(event, ev.TakenBack))
    assert set(told.objects) == {f"container shop-{name}" for name in ("db", "cache", "web")}


def test_what_cannot_be_taken_away_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with run.session.holding("shop", "up"):
        run.makes("CreateNetwork", "CreateVolume", "CreateContainer")
        monkeypatch.setattr(run.world.engine, "remove_volume", _refuse)
        undo(run.session, SHOP, "clean")
    assert run.names() == {"shop_db-data", "shop_cache-data"}
    notes = [event.text for event in run.events if isinstance(event, ev.Note)]
    assert any("could not be taken away again: it is in use" in note for note in notes)


def _refuse(_name: str) -> None:
    raise ObjectConflict("it is in use", id="test.in-use")


def test_an_interrupted_run_says_what_it_has_made(run: Run) -> None:
    with run.session.holding("shop", "up"):
        run.makes("CreateNetwork", "CreateVolume")
        error = interrupted(run.session, SHOP, "keep")
        said = at_once(run.session)
    assert error.exit_code == 130
    line = "made by this run: network shop, volume shop_db-data, volume shop_cache-data"
    assert error.evidence == (line,)
    assert said == (line, "`envcheck clean --instance shop` removes it; `envcheck status` shows it")
    assert remains(run.session) == ()


def test_an_interrupted_run_takes_back_what_it_is_told_to(run: Run) -> None:
    with run.session.holding("shop", "up"):
        run.makes("CreateNetwork", "CreateVolume", "CreateContainer")
        assert interrupted(run.session, SHOP, "clean").evidence == ()
    assert run.names() == set()


def test_the_words_of_on_failure() -> None:
    assert [on_failure(word) for word in ("keep", "down", "clean")] == ["keep", "down", "clean"]
    with pytest.raises(UsageError) as caught:
        on_failure("claen")
    assert caught.value.fix is not None
    assert caught.value.fix.text == "did you mean 'clean'?"


def test_an_image_that_another_instance_has_begun_to_use_is_not_removed(run: Run) -> None:
    seen = run.world.engine.observe()
    removed: list[Act] = []
    with run.session.holding("shop", "clean"):
        remove = guarded(run.session, removed.append)
        record(run.session, "redis:8.0.2", "shop", seen)
        remove(RemoveImage("redis:8.0.2", 1))
        assert len(removed) == 1
        record(run.session, "redis:8.0.2", "other", seen)
        with pytest.raises(ObjectConflict, match="instance other uses it now"):
            remove(RemoveImage("redis:8.0.2", 1))
    assert len(removed) == 1


def test_a_run_that_was_killed_is_told_once(run: Run) -> None:
    ledger = run.session.ledger()
    number = ledger.begin_run("shop", "up", 4711, "2026-11-24T10:00:00+00:00")
    with run.session.holding("shop", "clean"):
        pass
    notes = [event.text for event in run.events if isinstance(event, ev.Note)]
    assert notes == [
        "an earlier `up` (process 4711, begun 2026-11-24T10:00:00+00:00) was killed",
    ]
    assert number not in {known.id for known in ledger.runs()}


def test_an_instance_can_be_held_again_by_who_holds_it(run: Run) -> None:
    with run.session.holding("shop", "reset") as outer, run.session.holding("shop", "up") as inner:
        assert inner is outer
        run.makes("CreateNetwork")
    assert run.session.journal is None
    assert run.session.ledger().runs() == ()
