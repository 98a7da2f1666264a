"""What `up` decides about seeds: applied once to a volume that was made for it, and to no other."""

from __future__ import annotations

import pytest

from envcheck.core.decide import decide_up, needs_work
from envcheck.core.decide_seeds import seed_notes
from envcheck.core.past import Past
from envcheck.core.seeding import MARK, Mark, mark_text, read_mark
from envcheck.core.situation import Situation
from envcheck.core.spec import Label
from envcheck.core.teardown import decide_down
from tests.unit.plans import shown
from tests.unit.worlds import World, desired

TEXT = """
name: shop
services:
  db:
    image: postgres:17.11
    environment: {POSTGRES_PASSWORD: x}
    seed: [1.sql, 2.sql.gz]
  migrate: {kind: job, image: 'node:24.21.0', command: [migrate], depends_on: [db]}
  web: {image: 'redis:8.0.2', depends_on: [migrate]}
"""
UNSEEDED = TEXT.replace("    seed: [1.sql, 2.sql.gz]\n", "")
VOLUME = "shop_db-data"
READY = "ready means: it answers"
IN_USE = (
    f"db: the seed was not applied: volume {VOLUME} was in use before it had one; "
    "`clean --only db` and `up` fill it anew, and what it holds is lost"
)

CHANGED = (
    f"db: the seed has changed since volume {VOLUME} was filled; "
    "`clean --only db` and `up` fill it anew"
)


def notes(world: World, text: str = TEXT) -> list[str]:
    now = Situation(desired(text), world.engine.observe(), past=world.past(text))
    return list(seed_notes(now))


def about_the_seed(world: World, text: str = TEXT) -> list[str]:
    words = ("seed", VOLUME)
    return [line for line in shown(world.plan(text)) if any(word in line for word in words)]


def marked(world: World) -> Mark | None:
    return read_mark(world.engine.read_in_volume(VOLUME, MARK, "postgres:17.11", {}))


def mark(world: World, mark: Mark | None) -> None:
    files = world.engine.store.volumes[VOLUME].files
    files.pop(f"/{MARK}", None)
    if mark is not None:
        files[f"/{MARK}"] = mark_text(mark).encode()


def test_it_is_applied_after_the_start_and_before_it_is_called_ready() -> None:
    assert shown(World().plan(TEXT))[:6] == [
        "1 create network shop: no such network",
        f"2 create volume {VOLUME}: no such volume",
        "3 create shop-db on 5432:5432: no such container <- 1 2",
        "4 start shop-db: it is created <- 3",
        f"5 seed db: volume {VOLUME} is new <- 4",
        f"6 await db: {READY} <- 4 5",
    ]


def test_it_is_applied_once_in_order_and_then_there_is_nothing_to_do() -> None:
    world = World()
    world.up(TEXT)
    assert world.rows() == ["1.sql", "2.sql.gz"]
    assert marked(world) == Mark("done", "1.sql 2.sql.gz")
    assert not needs_work(world.plan(TEXT))
    assert notes(world) == []
    world.up(TEXT)
    assert world.rows() == ["1.sql", "2.sql.gz"]


def test_the_volume_says_that_it_was_made_for_it() -> None:
    labels = [volume.labels for volume in desired(TEXT).services["db"].volumes]
    assert [each[Label.SEED] for each in labels] == ["1.sql 2.sql.gz"]
    (other,) = desired(UNSEEDED).services["db"].volumes
    assert Label.SEED not in other.labels


def test_a_volume_with_data_from_before_is_left_alone_and_that_is_said() -> None:
    world = World()
    world.up(UNSEEDED)
    assert not needs_work(world.plan(TEXT))
    assert notes(world) == [IN_USE]
    world.up(TEXT)
    assert world.rows() == []


def test_a_seed_that_changes_later_changes_nothing_and_that_is_said() -> None:
    world = World()
    world.up(TEXT)
    changed = TEXT.replace("1.sql,", "1.sql, 3.sql,")
    assert not needs_work(world.plan(changed))
    assert notes(world, changed) == [CHANGED]


def test_one_that_was_not_begun_is_applied_by_the_next_run() -> None:
    world = World()
    world.up(TEXT)
    mark(world, None)
    assert about_the_seed(world) == [f"1 seed db: volume {VOLUME} was made for it"]


def test_one_that_was_begun_is_applied_to_a_new_volume() -> None:
    world = World()
    world.up(TEXT)
    mark(world, Mark("begun", "1.sql 2.sql.gz"))
    why = "its seed was begun and not finished"
    assert shown(world.plan(TEXT))[:8] == [
        f"1 stop shop-db: {why}",
        f"2 remove shop-db: {why} <- 1",
        f"3 remove shop-migrate: volume {VOLUME} is new",
        f"4 remove volume {VOLUME}: {why} <- 2",
        f"5 create volume {VOLUME}: {why} <- 4",
        f"6 create shop-db on 5432:5432: {why} <- 2 5",
        "7 start shop-db: it is created <- 2 6",
        f"8 seed db: {why} <- 7",
    ]
    world.up(TEXT)
    assert world.rows() == ["1.sql", "2.sql.gz"]


def test_one_that_was_begun_and_is_no_longer_wanted_is_never_begun_again() -> None:
    """Else the database would be thrown away that somebody has filled by hand since."""
    world = World()
    world.up(TEXT)
    mark(world, Mark("begun", "1.sql 2.sql.gz"))
    assert about_the_seed(world, UNSEEDED) == [
        f"2 leave seed of db: volume {VOLUME} is in use without the seed that it was made for <- 1"
    ]
    world.up(UNSEEDED)
    assert marked(world) == Mark("left", "")
    assert not needs_work(world.plan(UNSEEDED))
    assert not needs_work(world.plan(TEXT))
    assert notes(world) == [IN_USE]


def test_what_nobody_can_see_yet_is_said_with_a_reserve() -> None:
    world = World()
    world.up(TEXT)
    observed = world.engine.observe()
    unseen = Situation(desired(TEXT), observed, past=Past(jobs=world.records.jobs))
    assert f"1 seed db: unless volume {VOLUME} says that it was applied before" in shown(
        decide_up(unseen)
    )
    assert list(seed_notes(unseen)) == []
    assert not any(
        "seed" in line for line in shown(decide_up(Situation(desired(UNSEEDED), observed)))
    )


@pytest.mark.parametrize("found", [b"", b"{}", b"[]", b"\xff", b'{"state": "new", "seed": "x"}'])
def test_a_mark_that_cannot_be_read_means_hands_off(found: bytes) -> None:
    assert read_mark(found) == Mark("left", "")


@pytest.mark.parametrize("state", ["begun", "done", "left"])
def test_a_mark_is_read_as_it_was_written(state: str) -> None:
    written = Mark(state, "abc")  # type: ignore[arg-type]
    assert read_mark(mark_text(written).encode()) == written


# The law: whenever the run is killed, the next one finishes it, and each file is applied once.


class Killed(BaseException):
    """The end of the process."""


def killed(world: World, text: str, after: int) -> bool:
    """Run `up`, and kill it before the act of that number; whether it came to that."""
    limit = len(world.engine.acts) + after

    def die(_what: tuple[str, str]) -> None:
        if len(world.engine.acts) >= limit:
            raise Killed

    world.engine.before_each_act = die
    try:
        world.up(text)
    except Killed:
        return True
    finally:
        world.engine.before_each_act = lambda _what: None
    return False


MOMENTS = range(40)


def test_the_moments_reach_to_the_end() -> None:
    assert killed(World(), TEXT, 0)
    assert not killed(World(), TEXT, MOMENTS[-1])


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("moment", MOMENTS)
def test_an_up_that_is_killed_at_any_moment_is_finished_by_the_next(
    moment: int, *, down: bool
) -> None:
    world = World()
    killed(world, TEXT, moment)
    if down:
        world.carry_out(decide_down("shop", world.engine.observe()), TEXT)
    assert {outcome.status for outcome in world.up(TEXT)} == {"done"}
    assert world.rows() == ["1.sql", "2.sql.gz"]
    assert marked(world) == Mark("done", "1.sql 2.sql.gz")
    assert world.records.jobs["migrate"].done
    assert not needs_work(world.plan(TEXT))
    if not down:  # its container is still there to tell that it has ended
        assert world.engine.acts.count(("start_container", "shop-migrate")) == 1


@pytest.mark.parametrize("first", range(0, 30, 3))
@pytest.mark.parametrize("second", range(0, 40, 4))
def test_so_is_one_that_is_killed_twice(first: int, second: int) -> None:
    world = World()
    killed(world, TEXT, first)
    killed(world, TEXT, second)
    assert {outcome.status for outcome in world.up(TEXT)} == {"done"}
    assert world.rows() == ["1.sql", "2.sql.gz"]
    assert not needs_work(world.plan(TEXT))


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_was_in_use_without_its_seed_is_never_filled_or_thrown_away(moment: int) -> None:
    world = World()
    killed(world, TEXT, moment)
    world.up(UNSEEDED)
    before, rows = world.engine.store.volumes[VOLUME].labels, world.rows()
    world.up(TEXT)
    assert world.engine.store.volumes[VOLUME].labels == before
    assert world.rows() == rows
