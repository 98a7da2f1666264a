"""Snapshots, what `clean` saves first, and `reset`: no row is lost that was committed before."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.bench import snapshot as bench
from tests.engine.conftest import INSTANCE
from tests.engine.database import CONTAINER, HERE, VOLUME, Shop, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.cli import Cli, Ran
    from tests.engine.conftest import Docker

pytestmark = pytest.mark.engine
TWIN = ("shop", "--instance", f"{INSTANCE}-twin")
PEOPLE = "CREATE TABLE people (n int PRIMARY KEY, name text); INSERT INTO people VALUES (1, 'Ada');"
NAMES = "SELECT string_agg(name, ',' ORDER BY n) FROM people"


@pytest.fixture
def shop(cli: Cli, docker: Docker) -> Shop:
    """A project with a database that has one row."""
    shop = Shop(cli, docker)
    shop.file("people.sql", PEOPLE)
    shop.write("    seed: [people.sql]\n")
    return shop


def rows(cli: Cli, here: tuple[str, ...]) -> str:
    """The names in the database of an instance, as a program gets them."""
    url = json.loads(cli("env", *here, "--format", "json").out)["DATABASE_URL"]
    with psycopg.connect(url) as database:
        found = database.execute(NAMES).fetchone()
    return str(found[0]) if found else ""


def kept(cli: Cli, *here: str) -> dict[str, dict[str, object]]:
    """The snapshots that there are, by name."""
    found = cli("snapshot", "list", *here, "--json").report["snapshots"]
    return {one["name"]: one for one in found}


def log(container: str) -> str:
    words = ["docker", "logs", container]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    )
    return done.stdout


def changes(ran: Ran) -> set[tuple[str, str]]:
    return {(change["action"], change["name"]) for change in ran.report["changes"]}


def test_a_snapshot_under_writes_has_every_row_that_was_committed(
    images: None, tmp_path: Path
) -> None:
    found = bench.measure(tmp_path, megabytes=5)
    assert found.same
    assert found.rows >= 200


def test_data_goes_to_another_instance_and_comes_back_after_clean(
    shop: Shop, docker: Docker, state: Path, tmp_path: Path
) -> None:
    assert shop.up().code == 0
    shop.query("INSERT INTO people VALUES (2, 'Bob')")
    file = tmp_path / "shop.snapshot"
    saved = shop.cli("snapshot", "save", *HERE, "-o", str(file), "--json")
    assert saved.code == 0, saved.out
    assert saved.report["snapshot"]["volumes"] == ["db-data"]
    assert file.stat().st_mode & 0o777 == 0o600
    # It was shut down as it wants to be, and runs as it did.
    said = log(CONTAINER)
    assert said.count("received fast shutdown request") == 2  # once at the end of its first start
    assert "was not properly shut down" not in said
    assert shop.query(NAMES) == ["Ada,Bob"]

    shop.query("INSERT INTO people VALUES (3, 'Cleo')")
    damaged = tmp_path / "damaged.snapshot"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    volume = docker("volume", "inspect", VOLUME)
    refused = shop.cli("snapshot", "restore", *HERE, str(damaged), "--yes", "--json")
    assert refused.code == 2
    assert refused.report["error"]["id"] == "snapshot.damaged"
    assert refused.report["changes"] == []
    assert docker("volume", "inspect", VOLUME)[:5] == volume[:5]
    assert shop.query(NAMES) == ["Ada,Bob,Cleo"]

    assert shop.cli("snapshot", "restore", *TWIN, str(file)).code == 0
    assert shop.cli("up", *TWIN).code == 0
    assert rows(shop.cli, TWIN) == "Ada,Bob"
    assert shop.cli("up", *TWIN, "--json").report["changes"] == []

    asked = shop.cli("snapshot", "restore", *HERE, str(file), "--json")
    assert (asked.code, asked.report["error"]["id"]) == (2, "snapshot.not-agreed")
    assert shop.query(NAMES) == ["Ada,Bob,Cleo"]

    gone = shop.cli("clean", "--yes", *HERE, "--snapshot", "--json")
    assert gone.code == 0, gone.out
    assert gone.report["left_behind"] == []
    assert docker("volume", "ls", "-q", "--filter", f"name={VOLUME}") == []
    (name,) = kept(shop.cli, *HERE)
    assert name.startswith("before-clean-")
    folder = state / "envcheck" / "snapshots"
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*.snapshot")} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (folder, folder / "shop")} == {0o700}

    back = shop.cli("up", *HERE, "--from-snapshot", name, "--json")
    assert back.code == 0, back.out
    assert ("restored", VOLUME) in changes(back)
    assert ("seeded", VOLUME) not in changes(back)
    assert shop.query(NAMES) == ["Ada,Bob,Cleo"]
    assert shop.cli("snapshot", "remove", "shop", name, "--yes").code == 0
    assert kept(shop.cli, *HERE) == {}


def test_half_of_a_volume_is_never_started_on(shop: Shop, docker: Docker) -> None:
    assert shop.up().code == 0
    shop.query(
        "CREATE TABLE big AS SELECT n, md5(random()::text) || md5(random()::text) AS word"
        " FROM generate_series(1, 250000) AS n"
    )
    assert shop.cli("snapshot", "save", *HERE, "whole").code == 0
    restored = ("--filter", "label=dev.envcheck.snapshot")
    label = f"label=dev.envcheck.instance={INSTANCE}"
    with shop.cli.under_way("snapshot", "restore", *HERE, "whole", "--yes", "--no-snapshot"):
        until(
            lambda: docker("volume", "ls", "-q", "--filter", label, *restored) or None,
            "the new volume is made",
        )
    refused = shop.up()
    assert refused.code == 2, refused.out
    assert refused.report["error"]["id"] == "snapshot.unfinished"
    assert docker("ps", "-q", "--filter", label) == []

    # Half of it is nothing to ask for, or to save.
    again = shop.cli("snapshot", "restore", *HERE, "whole")
    assert again.code == 0, again.out
    assert set(kept(shop.cli, *HERE)) == {"whole"}
    assert shop.up().code == 0
    assert shop.query("SELECT count(*) FROM big") == ["250000"]
    assert shop.cli("snapshot", "remove", "shop", "whole", "--yes").code == 0


def test_reset_is_back_to_the_seeds(shop: Shop, state: Path) -> None:
    job = "  fill: {kind: job, image: 'redis:8.0.2', command: [redis-cli, -h, cache, INCR, runs]}\n"
    cache = "  cache: {image: 'redis:8.0.2', ports: []}\n"
    slow = "    seed: [people.sql, slow.sql]\n"
    shop.file("slow.sql", "SELECT pg_sleep(4);\n")
    needs = job.replace("{kind", "{depends_on: [cache, db], kind")
    shop.write(slow, cache + needs)
    assert shop.up().code == 0
    refused = shop.cli("reset", *HERE, "--json")
    assert (refused.code, refused.report["error"]["id"]) == (2, "reset.not-agreed")

    for round_ in range(2):
        shop.query("INSERT INTO people VALUES (2, 'Bob')")
        shop.docker("exec", f"{INSTANCE}-cache", "redis-cli", "SET", "lost", "1")
        back = shop.cli("reset", *HERE, "--yes", "--json")
        assert back.code == 0, back.out
        # A seed that takes long is applied once, and put back from then on.
        assert (("seeded", VOLUME) in changes(back)) == (round_ == 0)
        assert (("restored", VOLUME) in changes(back)) == (round_ == 1)
        assert shop.query(NAMES) == ["Ada"]
        assert shop.docker("exec", f"{INSTANCE}-cache", "redis-cli", "GET", "runs") == ["1"]
        assert shop.docker("exec", f"{INSTANCE}-cache", "redis-cli", "EXISTS", "lost") == ["0"]
        assert shop.up().report["changes"] == []
    assert kept(shop.cli, *HERE) == {}
    assert [*(state / "envcheck" / "seeded" / INSTANCE).iterdir()]
    assert shop.cli("clean", "--yes", *HERE).code == 0
    assert not (state / "envcheck" / "seeded" / INSTANCE).exists()
