"""Snapshots as a whole, on the fake engine: what is saved first, and nothing goes before that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envcheck.app.losses import Losses
from envcheck.app.snapshots.contents import holdings, refuse_unstoppable, saved_services
from envcheck.app.snapshots.safety import Wish
from envcheck.app.snapshots.store import find, kept, place_for, verified
from envcheck.app.snapshots.taking import Place, Source, start_again, take
from envcheck.app.teardown import CleanOptions
from envcheck.core import events as ev
from envcheck.core.errors import EnvcheckError, ObjectConflict, StepFailed, UsageError
from envcheck.core.plan import Plan, RemoveImage, RemoveVolume, Step
from envcheck.core.reference import parse_reference
from envcheck.core.spec import Label
from tests.unit.app.test_taking_away import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = "shop_db-data"
SAVE = CleanOptions(wish=Wish(snapshot=True))


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    """The shop is up, and its database has data."""
    table = Table(tmp_path)
    table.session.command = "clean"
    table.world.engine.store.volumes[DATA].files["/PG_VERSION"] = b"17\n"
    yield table
    table.session.close()


def acts(table: Table) -> list[tuple[str, str]]:
    return table.world.engine.acts


def failing(table: Table, act: str) -> Callable[[tuple[str, str]], None]:
    """Has the engine fail at an act of that name."""

    def fail(what: tuple[str, str]) -> None:
        if what[0] == act:
            raise StepFailed("the disk is on fire", id="docker.on-fire")

    table.world.engine.before_each_act = fail
    return fail


def running(table: Table) -> set[str]:
    return {c.spec.name for c in table.world.engine.store.containers.values() if c.running}


def test_clean_saves_first_and_then_removes(table: Table) -> None:
    assert table.clean(SAVE) == 0
    names = [act for act, _ in acts(table)]
    assert names.index("stop_container") < names.index("remove_volume")
    assert not table.world.engine.store.volumes
    (found,) = kept(table.session, "shop")
    assert found.index is not None
    assert found.name.startswith("before-clean-")
    assert [volume.name for volume in found.index.volumes] == ["cache-data", "db-data"]
    said = [note.text for note in table.told(ev.Note)]
    assert any(f"envcheck up shop --from-snapshot {found.name}" in text for text in said)
    with verified(table.session, Path(found.path)) as snapshot:
        assert snapshot.index == found.index


@pytest.mark.parametrize("act", ["stop_container", "read", "create_container"])
def test_where_saving_fails_nothing_is_removed_and_all_runs_again(table: Table, act: str) -> None:
    before = running(table)
    failing(table, act)
    with pytest.raises(EnvcheckError) as caught:
        table.clean(SAVE)
    assert "on fire" in caught.value.what
    assert running(table) == before
    assert set(table.world.engine.store.volumes) == {"shop_cache-data", DATA}
    assert kept(table.session, "shop") == ()


@pytest.mark.parametrize(
    ("wish", "terminal", "saves"),
    [
        (Wish(), False, False),
        (Wish(), True, True),
        (Wish(no_snapshot=True), True, False),
        (Wish(snapshot=True), False, True),
    ],
)
def test_a_snapshot_is_the_default_where_a_terminal_is_there(
    table: Table, wish: Wish, *, terminal: bool, saves: bool
) -> None:
    table.session.terminal = terminal
    table.clean(CleanOptions(wish=wish))
    assert bool(kept(table.session, "shop")) is saves


def test_empty_volumes_are_not_saved(table: Table) -> None:
    table.world.engine.store.volumes[DATA].files.clear()
    table.clean(SAVE)
    assert kept(table.session, "shop") == ()


def test_both_at_once_is_a_contradiction(table: Table) -> None:
    with pytest.raises(UsageError) as caught:
        table.clean(CleanOptions(wish=Wish(snapshot=True, no_snapshot=True)))
    assert caught.value.id == "snapshot.contradiction"
    assert set(table.world.engine.store.volumes) == {"shop_cache-data", DATA}


def test_the_question_says_what_goes_and_that_it_is_saved(table: Table) -> None:
    asked: list[str] = []

    def ask(lines: tuple[str, ...], question: str) -> bool:
        asked.extend((*lines, question))
        return False

    session = table.session
    session.yes, session.terminal, session.ask = False, True, ask  # type: ignore[assignment]
    table.uses("redis:8.0.2")
    with pytest.raises(UsageError):
        table.clean()
    volume = next(line for line in asked if DATA in line)
    assert volume.split() == ["volume", DATA, "3", "B", "in", "use", "now"]
    image = next(line for line in asked if "redis" in line and "image" in line)
    assert image.endswith("1 MB   brought here by this profile, used by nobody else")
    assert asked[-1].startswith("A snapshot of the volumes is saved first (--no-snapshot to skip).")
    assert acts(table)[-1][0] != "remove_volume"


def losses(table: Table) -> Losses:
    engine = table.world.engine
    steps = (
        Step(1, RemoveVolume(DATA), ""),
        Step(2, RemoveImage("envcheck.local/shop-web:1", 5), ""),
    )
    return Losses(table.session, Plan(steps), engine.observe(), engine.volume_sizes)


def test_when_a_volume_was_last_used(table: Table) -> None:
    def note() -> str:
        return next(losses(table).removals()).note

    assert note() == "in use now"
    for container in [*table.world.engine.store.containers.values()]:
        table.world.engine.remove_container(container.id)
    assert note().startswith("no container has it")
    volume = table.world.engine.store.volumes[DATA]
    volume.labels = {**volume.labels, Label.MADE: "2020-01-01T00:00:00.123456+00:00"}
    assert note().endswith("days ago")
    assert "made" in note()


def test_who_cannot_be_stopped_is_not_saved_beside(table: Table) -> None:
    engine = table.world.engine
    observed = engine.observe()
    strange = next(c for c in observed.containers if c.name == "shop-db")
    theirs = replace(strange, name="other", labels={}, state="running")
    held = holdings("shop", replace(observed, containers=(theirs,)))
    with pytest.raises(ObjectConflict) as caught:
        refuse_unstoppable(held)
    assert caught.value.id == "snapshot.foreign-container"
    paused = replace(strange, state="paused")
    with pytest.raises(ObjectConflict) as caught:
        refuse_unstoppable(holdings("shop", replace(observed, containers=(paused,))))
    assert caught.value.id == "snapshot.paused"
    stopped = replace(theirs, state="exited")
    refuse_unstoppable(holdings("shop", replace(observed, containers=(stopped,))))


def test_what_ran_counts_before_what_the_profile_says_now(table: Table) -> None:
    observed = table.world.engine.observe()
    pins = {"db": parse_reference("postgres:18.1"), "cache": parse_reference("redis:8.0.2")}
    by_name = {s.name: s for s in saved_services(holdings("shop", observed), None, pins)}
    assert by_name["db"].kind == "postgres"
    assert by_name["db"].image == "postgres:17.11"
    nobody = replace(observed, containers=())
    by_name = {s.name: s for s in saved_services(holdings("shop", nobody), None, pins)}
    assert by_name["db"].image == "postgres:18.1"


def test_names_and_places(table: Table, tmp_path: Path) -> None:
    session = table.session
    observed = table.world.engine.observe()
    source = Source(holdings("shop", observed), "shop")
    place = place_for(session, "shop", "first")
    take(session, source, place, start_again(session))
    assert find(session, "shop", "first") == place.path
    for word, id in (("", "snapshot.which"), ("second", "snapshot.unknown")):
        with pytest.raises(UsageError) as caught:
            find(session, "shop", word)
        assert caught.value.id == id
    assert find(session, "shop", "./x") == Path("./x")
    with pytest.raises(UsageError) as caught:
        place_for(session, "shop", "first")
    assert caught.value.id == "snapshot.name-taken"
    with pytest.raises(UsageError) as caught:
        place_for(session, "shop", "../first")
    assert caught.value.id == "snapshot.name"
    with pytest.raises(UsageError) as caught:
        place_for(session, "shop", "", str(tmp_path / "nowhere" / "file"))
    assert caught.value.id == "snapshot.no-folder"
    one = place_for(session, "shop", "")
    one.path.touch()
    assert place_for(session, "shop", "").path != one.path


def test_what_cannot_be_used_is_listed_all_the_same(table: Table) -> None:
    observed = table.world.engine.observe()
    place = place_for(table.session, "shop", "first")
    take(table.session, Source(holdings("shop", observed), "shop"), place, lambda _seen: None)
    place.path.with_name("second.snapshot").write_bytes(b"nothing")
    first, second = kept(table.session, "")
    assert first.index is not None
    assert (second.name, second.index) == ("second", None)
    assert "no snapshot" in second.fault


def test_a_full_disk_is_said_before(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table.world.engine, "volume_sizes", lambda: {DATA: 1 << 60})
    count = len(acts(table))
    with pytest.raises(StepFailed) as caught:
        table.clean(SAVE)
    assert caught.value.id == "machine.disk-short"
    assert [act for act in acts(table)[count:] if act[0] != "info"] == []


def test_a_place_that_cannot_be_written_is_told(table: Table, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    observed = table.world.engine.observe()
    source = Source(holdings("shop", observed), "shop")
    with pytest.raises(StepFailed) as caught:
        take(table.session, source, Place("x", file / "x", ours=False), start_again(table.session))
    assert caught.value.id == "snapshot.unwritable"
