"""Seeds: applied in order, once, to a volume made for them; whole, however the run is killed."""

from __future__ import annotations

import gzip
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.engine.database import CONTAINER, HERE, VOLUME, Shop

if TYPE_CHECKING:
    from tests.engine.cli import Cli, Ran
    from tests.engine.conftest import Docker

pytestmark = pytest.mark.engine
PEOPLE = (
    "CREATE TABLE people (n int PRIMARY KEY, name text);\nINSERT INTO people VALUES (1, 'Ada');\n"
)
NAMES = "SELECT string_agg(name, ',' ORDER BY n) FROM people"
AFTER = "  cache: {image: 'redis:8.0.2', ports: [], depends_on: [db]}\n"


@pytest.fixture
def shop(cli: Cli, docker: Docker) -> Shop:
    """A project with a database, whose profile a test has yet to write."""
    return Shop(cli, docker)


def seeds(*files: str) -> str:
    return f"    seed: [{', '.join(files)}]\n"


def changes(ran: Ran) -> list[tuple[str, str]]:
    return [(change["action"], change["name"]) for change in ran.report["changes"]]


def fault(ran: Ran) -> tuple[str, str, list[str]]:
    """What the database failed of: its name, the sentence, the evidence."""
    verdict = next(r for r in ran.report["results"] if r["id"] == "service.db.ready")
    assert verdict["status"] == "fail"
    return verdict["fault"], verdict["summary"], verdict["evidence"]


def dump() -> bytes:
    """What is in the database, as a custom dump of its own."""
    words = ["docker", "exec", CONTAINER, "pg_dump", "-Fc", "-U", "app", "app"]
    return subprocess.run(words, capture_output=True, check=True).stdout


def test_seeds_of_every_form_are_applied_once_and_to_no_volume_in_use(
    shop: Shop, docker: Docker
) -> None:
    shop.write(others=AFTER)
    assert shop.up().code == 0
    shop.query("CREATE TABLE places AS SELECT 'London' AS name")
    # A dump is told by what is in it, whatever it is called.
    shop.file("seeds/places.sql", dump())
    shop.file("seeds/people.sql", PEOPLE)
    more = "INSERT INTO people SELECT 2, 'Bob of ' || name FROM places;\n"
    shop.file("seeds/more people.sql.gz", gzip.compress(more.encode()))
    files = ("seeds/people.sql", "seeds/places.sql", "'seeds/more people.sql.gz'")

    # The volume was in use before.
    shop.write(seeds(*files), AFTER)
    before = shop.cli("up", *HERE)
    assert before.code == 0
    note = " ".join(before.out.split())
    assert f"the seed was not applied: volume {VOLUME} was in use before it had one" in note
    assert "`clean --only db` and `up` fill it anew" in note
    assert shop.query("SELECT to_regclass('people') IS NULL") == ["t"]
    assert shop.up().report["changes"] == []

    assert shop.cli("clean", "--yes", *HERE, "--only", "db").code == 0
    planned = shop.cli("plan", *HERE).out
    assert "docker cp " in planned
    assert "psql " in planned
    assert "pg_restore " in planned
    assert "hunter2" not in planned
    up = shop.up()
    assert up.code == 0, up.out
    assert ("seeded", VOLUME) in changes(up)
    assert shop.query(NAMES) == ["Ada,Bob of London"]
    assert docker("exec", CONTAINER, "find", "/tmp", "-name", "envcheck*") == []
    assert "hunter2" not in up.out

    assert changes(shop.up()) == []
    assert shop.cli("down", *HERE).code == 0
    back = shop.up()
    assert ("seeded", VOLUME) not in changes(back)
    assert shop.query(NAMES) == ["Ada,Bob of London"]

    shop.file("seeds/people.sql", PEOPLE.replace("Ada", "Eve"))
    changed = shop.cli("up", *HERE)
    assert changed.code == 0
    assert f"the seed has changed since volume {VOLUME} was filled" in " ".join(changed.out.split())
    assert shop.query(NAMES) == ["Ada,Bob of London"]


def test_a_mistake_is_named_by_file_and_line_and_costs_nothing(shop: Shop) -> None:
    shop.file("people.sql", PEOPLE)
    shop.file(
        "more.sql", "INSERT INTO people VALUES (2, 'Bob');\n\nINSERT INTO nowhere VALUES (1);\n"
    )
    shop.write(seeds("people.sql", "more.sql"), AFTER)
    failed = shop.up()
    assert failed.code == 1
    id, summary, evidence = fault(failed)
    assert id == "service.seed-failed"
    said = 'psql:more.sql:3: ERROR:  relation "nowhere" does not exist'
    assert said in summary
    assert evidence[0] == said
    assert failed.report["services"]["cache"]["state"] == "skipped"
    assert shop.query(NAMES) == ["Ada"]  # of the file that failed nothing stays
    text = shop.cli("up", *HERE)
    assert text.code == 1
    assert said in " ".join(text.out.split()).replace("ERROR: ", "ERROR:  ")

    # The mistake may be in an earlier file: all begins anew.
    shop.file("people.sql", PEOPLE + "CREATE TABLE nowhere (n int);\nCREATE ROLE reader;\n")
    up = shop.up()
    assert up.code == 0, up.out
    assert shop.query(NAMES) == ["Ada,Bob"]
    assert shop.query("SELECT n FROM nowhere") == ["1"]
    assert changes(shop.up()) == []


def test_an_up_that_is_killed_while_it_seeds_is_finished_by_the_next(
    shop: Shop, docker: Docker
) -> None:
    shop.file("people.sql", PEOPLE + "CREATE ROLE reader;\n")
    slow = "INSERT INTO people VALUES (2, 'Bob');\nSELECT pg_sleep(2);\n"
    shop.file("slow.sql", slow)
    shop.write(seeds("people.sql", "slow.sql"), AFTER)
    sleeps = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(2)%'"
    with shop.cli.under_way("up", *HERE):
        shop.until(sleeps, "1")
    assert shop.query(NAMES) == ["Ada"]
    assert docker("ps", "-aq", "--filter", f"name={CONTAINER}")
    up = shop.up()
    assert up.code == 0, up.out
    assert shop.query(NAMES) == ["Ada,Bob"]
    assert up.report["services"]["cache"]["state"] == "ready"
    assert changes(shop.up()) == []

    # Likewise where its container is gone, so that only the volume can tell.
    assert shop.cli("clean", "--yes", *HERE, "--only", "db").code == 0
    with shop.cli.under_way("up", *HERE):
        shop.until(sleeps, "1")
    assert shop.cli("down", *HERE).code == 0
    planned = shop.cli("plan", *HERE).out
    assert f"unless volume {VOLUME} says that it was applied before" in planned

    # Meanwhile somebody does without the seed, and fills the database by hand: that is theirs.
    shop.write(others=AFTER)
    assert shop.up().code == 0
    shop.query("INSERT INTO people VALUES (3, 'Cleo')")
    shop.write(seeds("people.sql", "slow.sql"), AFTER)
    kept = shop.cli("up", *HERE)
    assert kept.code == 0
    assert "the seed was not applied" in " ".join(kept.out.split())
    assert shop.query(NAMES) == ["Ada,Cleo"]


UNKNOWN = "a script ends in .sql or .sql.gz, a dump is made by `pg_dump -Fc`"
REFUSED = [
    "8:9: the file 'missing.sql' is not there",
    f"9:9: what is in the file 'notes.txt' cannot be told ({UNKNOWN})",
    "10:9: the file 'broken.sql.gz' is no gzip file, though its name ends in .gz",
    "11:9: the file 'outside.sql' leads out of the profile's folder",
    "12:9: the file 'folder.sql' is no file",
]


def test_what_cannot_be_a_seed_is_told_before_anything_is_done(shop: Shop, docker: Docker) -> None:
    shop.file("notes.txt", "these are no statements\n")
    shop.file("broken.sql.gz", "this is no gzip file\n")
    (shop.folder / "outside.sql").symlink_to("/etc/hostname")
    (shop.folder / "folder.sql").mkdir()
    shop.write(
        "    seed:\n      - missing.sql\n      - notes.txt\n      - broken.sql.gz\n"
        "      - outside.sql\n      - folder.sql\n"
    )
    for task in ("up", "plan"):
        refused = shop.cli(task, *HERE, "--json")
        assert refused.code == 2
        told = [
            line.removeprefix("profiles/shop.yaml:") for line in refused.report["error"]["evidence"]
        ]
        assert told == REFUSED
    shop.write(others="  cache: {image: 'redis:8.0.2', seed: [notes.txt]}\n")
    refused = shop.up()
    assert refused.code == 2
    assert "of kind 'redis' cannot be seeded" in refused.report["error"]["evidence"][0]
    assert docker("volume", "ls", "-q", "--filter", f"name={VOLUME}") == []
