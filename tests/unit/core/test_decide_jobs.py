"""What `up` decides about jobs: run once, run again for a reason, waited for, or left alone."""

from __future__ import annotations

import pytest

from envcheck.core.decide import needs_work
from envcheck.core.decide_jobs import job_inputs
from envcheck.core.jobs import JobRecord
from envcheck.core.plan import CreateContainer
from tests.fake.life import Life
from tests.unit.plans import shown
from tests.unit.worlds import World, desired

TEXT = """
name: shop
services:
  db:
    image: postgres:17.11
    environment: {POSTGRES_PASSWORD: x}
  migrate:
    kind: job
    image: node:24.21.0
    command: [migrate]
    depends_on: [db]
  web:
    image: redis:8.0.2
    depends_on: [migrate]
"""
READY = "ready means: it answers"
DONE = "it was done before, and nothing that it depends on has changed"


@pytest.fixture
def world() -> World:
    """An engine with the images and nothing else."""
    return World()


@pytest.fixture
def up() -> World:
    """An engine on which all of it is up."""
    found = World()
    found.up(TEXT)
    return found


def about_the_job(world: World, text: str = TEXT, *, rerun_jobs: bool = False) -> list[str]:
    lines = shown(world.plan(text, rerun_jobs=rerun_jobs))
    return [line.partition(" ")[2] for line in lines if "migrate" in line]


def test_a_job_starts_when_what_it_needs_is_ready_and_what_needs_it_when_it_is_done(
    world: World,
) -> None:
    assert shown(world.plan(TEXT)) == [
        "1 create network shop: no such network",
        "2 create volume shop_db-data: no such volume",
        "3 create shop-db on 5432:5432: no such container <- 1 2",
        "4 start shop-db: it is created <- 3",
        f"5 await db: {READY} <- 4",
        "6 create shop-migrate: it was not done yet <- 1",
        "7 start job migrate: it is created <- 5 6",
        "8 await job migrate: done means: it ends with 0 <- 7",
        "9 create volume shop_web-data: no such volume",
        "10 create shop-web on 6379:6379: no such container <- 1 9",
        "11 start shop-web: it is created <- 8 10",
        f"12 await web: {READY} <- 11",
    ]


def test_once_done_it_is_left_alone(up: World) -> None:
    plan = up.plan(TEXT)
    assert shown(plan) == [
        f"1 await db: {READY}",
        f"2 skip job migrate: {DONE}",
        f"3 await web: {READY}",
    ]
    assert not needs_work(plan)


def test_it_is_left_alone_when_its_container_is_gone_too(up: World) -> None:
    up.engine.remove_container("shop-migrate")
    assert about_the_job(up) == [f"skip job migrate: {DONE}"]


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ("command: [migrate]", "command: [seed]", "command changed"),
        (
            "command: [migrate]",
            "command: [migrate]\n    environment: {A: b}",
            "environment changed",
        ),
        ("image: node:24.21.0", "image: redis:8.0.2", "image changed"),
        (
            "command: [migrate]",
            "command: [seed]\n    environment: {A: b}",
            "environment and command changed",
        ),
    ],
)
def test_a_change_of_its_own_runs_it_again(up: World, before: str, after: str, cause: str) -> None:
    plan = up.plan(TEXT.replace(before, after))
    assert [s.cause for s in plan.steps if isinstance(s.act, CreateContainer)] == [cause]
    assert about_the_job(up, TEXT.replace(before, after)) == [
        f"remove shop-migrate: {cause}",
        f"create shop-migrate: {cause} <- 1",
        "start job migrate: it is created <- 2 3",
        "await job migrate: done means: it ends with 0 <- 4",
    ]


def test_another_image_of_the_same_name_runs_it_again(up: World) -> None:
    old = up.engine.store.image("node:24.21.0")
    assert old is not None
    old.tags.remove("node:24.21.0")
    up.engine.add_image("node:24.21.0")
    assert about_the_job(up)[0] == "remove shop-migrate: image changed"


def test_an_image_that_is_not_here_yet_does_not(up: World) -> None:
    """As `plan` finds it; where it is another one, `up` will see that once it is here."""
    old = up.engine.store.image("node:24.21.0")
    assert old is not None
    old.tags.remove("node:24.21.0")
    assert about_the_job(up) == [f"skip job migrate: {DONE}"]


def test_what_needs_it_is_not_started_anew_for_that(up: World) -> None:
    lines = shown(up.plan(TEXT.replace("command: [migrate]", "command: [seed]")))
    assert [line for line in lines if "shop-web" in line or "shop-db" in line] == []


def test_a_longer_limit_is_no_reason_to_run_it_again(up: World) -> None:
    assert about_the_job(
        up, f"{TEXT}".replace("command: [migrate]", "command: [migrate]\n    timeout: 1h")
    ) == [f"skip job migrate: {DONE}"]


def test_a_database_that_is_made_anew_needs_its_jobs_again(up: World) -> None:
    up.engine.remove_container("shop-db")
    up.engine.remove_volume("shop_db-data")
    assert about_the_job(up)[0] == "remove shop-migrate: volume shop_db-data is new"


def test_one_that_was_made_anew_by_somebody_else_needs_them_too(up: World) -> None:
    up.engine.remove_container("shop-db")
    up.engine.remove_volume("shop_db-data")
    up.engine.create_volume(desired(TEXT).services["db"].volumes[0])
    assert about_the_job(up)[0] == "remove shop-migrate: volume shop_db-data is new"


def test_a_container_that_is_made_anew_is_no_new_database(up: World) -> None:
    changed = TEXT.replace("PASSWORD: x", "PASSWORD: y")
    assert about_the_job(up, changed) == [f"skip job migrate: {DONE}"]


def test_a_volume_counts_that_it_depends_on_by_way_of_others() -> None:
    text = f"{TEXT}  later: {{kind: job, image: 'node:24.21.0', depends_on: [web]}}\n"
    inputs = job_inputs(desired(text).services["later"], desired(text))
    assert inputs.volumes == ("shop_db-data", "shop_web-data")


def test_its_own_volume_counts_as_well() -> None:
    text = "name: shop\nservices:\n  j: {kind: job, image: 'node:24.21.0', volumes: ['v:/v']}\n"
    assert job_inputs(desired(text).services["j"], desired(text)).volumes == ("shop_v",)


def test_all_jobs_are_run_again_where_that_is_asked_for(up: World) -> None:
    assert about_the_job(up, rerun_jobs=True)[0] == (
        "remove shop-migrate: all jobs are to be run again"
    )


def test_a_lost_ledger_runs_it_again(up: World) -> None:
    up.records.jobs.clear()
    assert about_the_job(up)[0] == "remove shop-migrate: it was not done yet"


def begun(up: World, *, container: str = "") -> None:
    """Put it on record as begun, as a run does that is killed then."""
    record = up.records.jobs["migrate"]
    container = container or record.container
    up.records.jobs["migrate"] = JobRecord("migrate", record.inputs, container, done=False)


def run_on(up: World, name: str) -> None:
    """Let a container run that has ended, and go on for long."""
    container = up.engine.store.container(name)
    container.life = Life()
    up.engine.start_container(name)


def test_one_that_a_killed_run_has_left_running_is_waited_for(up: World) -> None:
    run_on(up, "shop-migrate")
    begun(up)
    assert about_the_job(up) == ["await job migrate: an earlier run began it"]


def test_one_that_has_ended_well_meanwhile_counts_as_done(up: World) -> None:
    begun(up)
    assert about_the_job(up) == ["await job migrate: an earlier run began it"]
    up.up(TEXT)
    assert up.records.jobs["migrate"].done
    assert up.engine.acts.count(("start_container", "shop-migrate")) == 1


def test_one_that_has_failed_meanwhile_is_run_again(up: World) -> None:
    up.engine.store.container("shop-migrate").exit_code = 3
    begun(up)
    assert about_the_job(up)[0] == "remove shop-migrate: it was begun and not finished"


def test_one_whose_container_is_gone_is_run_again(up: World) -> None:
    up.engine.remove_container("shop-migrate")
    begun(up)
    assert about_the_job(up)[0].startswith("create shop-migrate: it was begun and not finished")


def test_one_that_goes_on_in_vain_is_stopped_and_run_anew(up: World) -> None:
    """Its inputs have changed: whatever it does, it must be done again."""
    run_on(up, "shop-migrate")
    begun(up)
    assert about_the_job(up, TEXT.replace("command: [migrate]", "command: [seed]"))[:2] == [
        "stop shop-migrate: command changed",
        "remove shop-migrate: command changed <- 1",
    ]


def test_a_container_of_another_run_is_not_taken_for_it(up: World) -> None:
    begun(up, container="another")
    assert about_the_job(up)[0] == "remove shop-migrate: it was begun and not finished"


def test_a_job_that_rests_lays_claim_to_no_port(world: World) -> None:
    text = TEXT.replace("command: [migrate]", "command: [migrate]\n    ports: ['7001:80']")
    world.up(text)
    more = f"{text}  other: {{image: 'redis:8.0.2', ports: ['7001!:6379']}}\n"
    assert any("create shop-other on 7001:6379" in line for line in shown(world.plan(more)))
