"""Seeding: in order, through the client, marked as begun and as done; and what stops it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from envcheck.core import events as ev
from envcheck.core import plan as p
from envcheck.core.seeding import MARK, Mark, read_mark
from envcheck.run.executor import execute
from envcheck.run.perform import Performer
from envcheck.run.ports import Ran
from envcheck.run.supplies import Supplies
from tests.fake.lookout import lookout_for
from tests.unit.worlds import World, contents, desired, targets

if TYPE_CHECKING:
    from envcheck.core.seeding import SeedFile
    from envcheck.run.ports import Content

TEXT = """
name: shop
services:
  db:
    image: postgres:17.11
    environment: {POSTGRES_PASSWORD: hunter2, POSTGRES_USER: app}
    seed: [a.sql, b.sql.gz]
  web: {image: 'redis:8.0.2', depends_on: [db]}
"""
DB = "shop-db"
MARK_PATH = f"/var/lib/postgresql/data/{MARK}"


@dataclass
class Client:
    """The database's client, as far as it is asked for; ``refuses`` is what it says to a file."""

    world: World
    refuses: dict[str, str] = field(default_factory=dict)
    pings: list[int] = field(default_factory=list)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    marks: list[Mark | None] = field(default_factory=list)
    dies: bool = False

    def __call__(self, name: str, command: tuple[str, ...]) -> Ran:
        """One call."""
        self.calls.append(command)
        if command[-1] == "SELECT 1":
            return Ran(self.pings.pop(0) if self.pings else 0, "not yet")
        if command[0] == "rm":
            return Ran(0, "")
        self.marks.append(read_mark(self.world.engine.read_file(name, MARK_PATH)))
        given = (self.world.engine.read_file(name, command[-1]) or b"").decode().strip()
        if self.dies:
            self.world.engine.store.container(name).end(137)
            return Ran(137, "")
        if given in self.refuses:
            return Ran(3, self.refuses[given].replace("FILE", command[-1]))
        return Ran(0, "")

    def files(self) -> list[str]:
        """What was applied, by its path in the container."""
        return [call[-1] for call in self.calls if call[0] == "psql" and call[-1] != "SELECT 1"]


@pytest.fixture
def world() -> World:
    """An engine with the images."""
    return World()


@pytest.fixture
def client(world: World) -> Client:
    """The client in its containers."""
    found = Client(world)
    world.engine.executes = found
    return found


def mark(world: World) -> Mark | None:
    return read_mark(world.engine.read_file(DB, MARK_PATH))


def failure(world: World) -> ev.ServiceFailed:
    (found,) = [event for event in world.events if isinstance(event, ev.ServiceFailed)]
    return found


def test_each_file_is_put_applied_and_taken_away_in_order(world: World, client: Client) -> None:
    assert {outcome.status for outcome in world.up(TEXT)} == {"done"}
    assert client.files() == ["/tmp/envcheck-seed-1", "/tmp/envcheck-seed-2"]
    assert [call for call in client.calls if call[0] == "rm"] == [
        ("rm", "-f", "/tmp/envcheck-seed-1"),
        ("rm", "-f", "/tmp/envcheck-seed-2"),
    ]
    assert client.marks == [Mark("begun", "a.sql b.sql.gz")] * 2
    assert mark(world) == Mark("done", "a.sql b.sql.gz")
    progress = [e for e in world.events if isinstance(e, ev.ServiceProgress)]
    assert [e.detail for e in progress if e.state == "seeding"] == ["a.sql", "b.sql.gz"]
    changes = [e.change for e in world.events if isinstance(e, ev.Changed)]
    assert ev.Change("seeded", "volume", "shop_db-data") in changes


def test_it_counts_into_the_time_that_the_service_took(world: World, client: Client) -> None:
    def slow(name: str, command: tuple[str, ...]) -> Ran:
        if command[0] == "psql":
            world.engine.clock.wait(5.0)
        return client(name, command)

    world.engine.executes = slow
    world.up(TEXT)
    (ready,) = [e for e in world.events if isinstance(e, ev.ServiceReady) and e.service == "db"]
    assert 10.0 <= ready.seconds < 10.5


def test_a_refusal_is_told_in_the_clients_words_with_the_files_own_name(
    world: World, client: Client
) -> None:
    client.refuses["b.sql.gz"] = "psql:FILE:3: ERROR:  no such thing\nLINE 1: SELECT\n"
    outcomes = world.up(TEXT)
    failed = failure(world)
    assert (failed.service, failed.id) == ("db", "service.seed-failed")
    assert failed.summary == "its seed was not applied: psql:b.sql.gz:3: ERROR:  no such thing"
    assert failed.evidence == ("psql:b.sql.gz:3: ERROR:  no such thing", "LINE 1: SELECT")
    assert failed.fix is not None
    assert failed.fix.text.startswith("correct b.sql.gz;")
    assert mark(world) == Mark("begun", "a.sql b.sql.gz")
    skipped = {type(o.step.act).__name__ for o in outcomes if o.status == "skipped"}
    assert skipped == {"AwaitReady", "StartContainer"}


def test_a_client_that_says_nothing_is_told_by_its_exit_code(world: World, client: Client) -> None:
    client.refuses["a.sql"] = ""
    world.up(TEXT)
    assert failure(world).summary == "its seed was not applied: exit code 3"


def test_a_server_that_dies_of_it_is_told_as_that(world: World, client: Client) -> None:
    client.dies = True
    world.up(TEXT)
    assert failure(world).id == "service.exited"
    assert "137" in failure(world).summary


def test_so_is_one_that_dies_before_the_client_can_be_run(world: World, client: Client) -> None:
    def die(what: tuple[str, str]) -> None:
        if what == ("execute", DB):
            world.engine.store.container(DB).end(1)

    world.engine.before_each_act = die
    world.up(TEXT)
    assert failure(world).id == "service.exited"
    assert "exited with code 1" in failure(world).summary


def test_without_a_published_port_the_client_itself_is_asked_first(
    world: World, client: Client
) -> None:
    client.pings = [2, 2, 0]
    text = TEXT.replace("    seed", "    ports: []\n    seed")
    assert {outcome.status for outcome in world.up(text)} == {"done"}
    assert [call[-1] for call in client.calls[:4]] == [
        *["SELECT 1"] * 3,
        "/tmp/envcheck-seed-1",
    ]


def test_a_server_that_never_answers_is_not_waited_for_without_end(
    world: World, client: Client
) -> None:
    client.pings = [2] * 100_000
    begun = world.engine.clock.now()
    world.up(TEXT.replace("    seed", "    ports: []\n    timeout: 5\n    seed"))
    assert failure(world).summary == "its server did not answer in 5 s"
    assert world.engine.clock.now() - begun < 10
    assert client.files() == []
    assert mark(world) is None


def test_a_published_port_makes_that_unnecessary(world: World, client: Client) -> None:
    world.up(TEXT)
    assert not any(call[-1] == "SELECT 1" for call in client.calls)


@pytest.mark.parametrize("error", [OSError("Input/output error"), EOFError("cut"), zlib.error("x")])
def test_a_file_that_cannot_be_read_any_more_fails_the_service(
    world: World, client: Client, error: Exception
) -> None:
    def unreadable(file: SeedFile) -> Content:
        if file.name == "b.sql.gz":
            raise error
        return contents(file)

    plan = world.plan(TEXT)
    perform = Performer(
        world.engine,
        lookout_for(world.engine),
        world.events.append,
        targets(TEXT),
        supplies=Supplies(world.records, unreadable),
    )
    execute(plan, perform, abort=world.engine.clock.stop)
    assert failure(world).id == "service.seed-unreadable"
    assert failure(world).summary == f"its seed b.sql.gz cannot be read: {error}"
    assert client.files() == ["/tmp/envcheck-seed-1"]


def test_a_password_goes_into_the_clients_environment_and_nowhere_else() -> None:
    seed = desired(TEXT).services["db"].seed
    assert seed is not None
    assert seed.environment["PGPASSWORD"] == "hunter2"
    assert seed.secrets == {"PGPASSWORD"}
    assert "hunter2" not in repr(seed)
    assert "hunter2" not in str([file.command for file in seed.files])


def test_a_limit_that_is_longer_is_the_seeds_too() -> None:
    longer = desired(TEXT.replace("    seed", "    timeout: 1h\n    seed")).services["db"].seed
    usual = desired(TEXT).services["db"].seed
    assert longer is not None
    assert usual is not None
    assert (usual.seconds, longer.seconds) == (600, 3600)


def test_leaving_a_seed_is_one_mark(world: World, client: Client) -> None:
    world.up(TEXT)
    perform = Performer(world.engine, lookout_for(world.engine), world.events.append, targets(TEXT))
    perform(p.LeaveSeed("db", DB, MARK_PATH))
    assert mark(world) == Mark("left", "")
