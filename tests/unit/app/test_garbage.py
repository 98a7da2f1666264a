"""What is left over is found, asked about, taken away, and looked for again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, cast

import pytest

from envcheck.app.garbage import find, sweep
from envcheck.app.places import state_folder
from envcheck.app.session import Session
from envcheck.app.snapshots.file import Writer
from envcheck.app.snapshots.store import kept
from envcheck.app.teardown import CleanOptions, clean
from envcheck.cli.render import garbage_data, garbage_text
from envcheck.core import events as ev
from envcheck.core.errors import ObjectConflict, UsageError
from envcheck.core.report import fold
from envcheck.core.snapshot import moment_text, name_at
from envcheck.core.spec import Label, VolumeSpec
from envcheck.host.processes import own_mark
from envcheck.host.snapshot_files import file_for, new_file
from tests.unit.app.test_snapshot_file import EMPTY
from tests.unit.worlds import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.core.spec import ContainerSpec
    from envcheck.engine.client import DockerEngine

RECIPE = {Label.RECIPE: "redis:8.0.2", Label.VERSION: "1.0"}
TAG = "envcheck.local/redis:8.0.2"


class Yard:
    """A session with a fake engine."""

    def __init__(self, state: Path) -> None:
        self.world = World()
        self.events: list[ev.Event] = []
        self.session = Session(
            self.events.append,
            yes=True,
            environ={"XDG_STATE_HOME": str(state), "DOCKER_HOST": "unix:///none"},
        )
        self.session._engine = cast("DockerEngine", self.world.engine)  # noqa: SLF001

    def found(self) -> dict[str, str]:
        """Kind and name of what is left over, each with its reason."""
        return {f"{one.kind} {one.name}": one.why for one in find(self.session)}

    def one_off(self, name: str, mark: str) -> None:
        """A container for one command, of the process with that mark."""
        from tests.unit.worlds import desired

        spec: ContainerSpec = desired().services["cache"].container
        labels = {Label.VERSION: "1.0", Label.PROCESS: mark}
        self.world.engine.create_container(
            replace(spec, name=name, service="", labels=labels, ports=(), mounts=(), image=TAG)
        )


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    found = Yard(tmp_path)
    found.world.engine.add_image(TAG, labels=RECIPE)
    yield found
    found.session.close()


def dead_mark() -> str:
    """The mark of a process that is no more: one with our id, and another beginning."""
    number, _, where = own_mark().partition("@")
    return f"{number.partition('.')[0]}.1@{where}"


def test_what_is_left_over_is_found_and_what_lives_is_not(yard: Yard, tmp_path: Path) -> None:
    yard.one_off("dead", dead_mark())
    yard.one_off("alive", own_mark())
    labels = {Label.INSTANCE: "shop", Label.ROOT: str(tmp_path / "gone")}
    yard.world.engine.create_volume(VolumeSpec("shop_data", labels))
    yard.world.engine.create_volume(
        VolumeSpec("here_data", {Label.INSTANCE: "here", Label.ROOT: str(tmp_path)})
    )
    run = yard.session.ledger().begin_run("shop", "up", 4711, "2026-11-24T12:00:00+00:00")
    assert run
    assert yard.found() == {
        "instance shop": f"its folder {tmp_path / 'gone'} is gone",
        "run shop": "`up` (process 4711, begun 2026-11-24T12:00:00+00:00) was killed",
        "container dead": "made for one command, by a process that is dead",
    }
    text = garbage_text(find(yard.session))
    assert "Left over (`envcheck clean --all` removes all of it):" in text
    assert "docker rm -f -v dead" in text
    assert text.count("envcheck clean --instance shop") == 2
    assert {one["kind"] for one in garbage_data(find(yard.session))} == {
        *("instance", "run", "container")
    }
    assert garbage_text(()) == ""


def test_a_run_that_is_under_way_was_not_killed(yard: Yard) -> None:
    with yard.session.holding("shop", "up"):
        assert "run shop" not in yard.found()


def test_clean_all_takes_it_away_and_looks_again(yard: Yard, tmp_path: Path) -> None:
    yard.world.up()
    yard.one_off("dead", dead_mark())
    yard.session.ledger().begin_run("elsewhere", "up", 4711, "2026-11-24T12:00:00+00:00")
    clean(yard.session, "", CleanOptions(all=True))
    assert yard.found() == {}
    store = yard.world.engine.store
    assert (store.containers, store.volumes, store.networks) == ({}, {}, {})
    assert TAG not in {tag for image in store.images.values() for tag in image.tags}
    assert yard.session.ledger().runs() == ()
    assert ev.Note("looked again: nothing is left over on this engine") in yard.events
    assert fold(yard.events).exit_code == 0


def test_what_was_saved_by_itself_and_is_old_goes_and_what_a_person_named_stays(
    yard: Yard,
) -> None:
    new = f"before-clean-{name_at(datetime.now(timezone.utc))}"
    for name, moment in (
        ("before-clean-20200101T000000Z", "2020-01-01T00:00:00Z"),
        ("before-the-migration", "2020-01-01T00:00:00Z"),
        (new, moment_text(datetime.now(timezone.utc))),
    ):
        with new_file(file_for(state_folder(yard.session.environ), "shop", name)) as file:
            Writer(file).close(replace(EMPTY, name=name, created=moment))
    found = yard.found()
    assert [key for key in found if key.startswith("snapshot")] == [
        "snapshot before-clean-20200101T000000Z"
    ]
    sweep(yard.session, dry_run=True)
    assert len(kept(yard.session, "shop")) == 3
    yard.session.yes = False
    with pytest.raises(UsageError):
        sweep(yard.session, dry_run=False)
    assert len(kept(yard.session, "shop")) == 3
    yard.session.yes = True
    sweep(yard.session, dry_run=False)
    assert {one.name for one in kept(yard.session, "shop")} == {new, "before-the-migration"}


def test_what_stays_all_the_same_is_left_behind(yard: Yard) -> None:
    yard.one_off("dead", dead_mark())

    def refuse(what: tuple[str, str]) -> None:
        if what[0] == "remove_container":
            raise ObjectConflict("cannot be removed", id="x")

    yard.world.engine.before_each_act = refuse
    sweep(yard.session, dry_run=False)
    left = [event.name for event in yard.events if isinstance(event, ev.LeftBehind)]
    assert left == ["dead", TAG]
    assert fold(yard.events).exit_code == 5


def test_nothing_is_taken_away_without_leave_or_in_a_dry_run(yard: Yard) -> None:
    yard.one_off("dead", dead_mark())
    acts = len(yard.world.engine.acts)
    sweep(yard.session, dry_run=True)
    assert [e.name for e in yard.events if isinstance(e, ev.WouldRemove)] == ["dead", TAG]
    yard.session.yes = False
    with pytest.raises(UsageError) as caught:
        sweep(yard.session, dry_run=False)
    assert caught.value.fix is not None
    assert any("container  dead" in line for line in caught.value.fix.commands)
    assert len(yard.world.engine.acts) == acts


def test_clean_removes_the_dead_s_container_that_holds_an_image_of_its_own(yard: Yard) -> None:
    yard.world.up()
    yard.session.instance = "shop"
    yard.session.ledger().use(TAG, "shop", before=False)
    yard.one_off("dead", dead_mark())
    yard.one_off("alive", own_mark())
    clean(yard.session, "", CleanOptions())
    assert [c.spec.name for c in yard.world.engine.store.containers.values()] == ["alive"]
    kept = [event for event in yard.events if isinstance(event, ev.Kept)]
    assert (TAG, "container alive uses it") in [(one.name, one.reason) for one in kept]


def test_status_goes_on_without_a_ledger_and_takes_no_image_for_left_over(
    yard: Yard, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    yard.session.environ = {"XDG_STATE_HOME": str(tmp_path / "file")}
    yard.one_off("dead", dead_mark())
    assert [*yard.found()] == ["container dead"]
    notes = [event.text for event in yard.events if isinstance(event, ev.Note)]
    assert any("what uses which image cannot be told" in note for note in notes)
