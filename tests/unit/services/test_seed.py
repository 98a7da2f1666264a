"""From a service and its seed's files to commands of the database's own client."""

from __future__ import annotations

import pytest

from envcheck.core.seeding import MARK, FoundFile, FoundSeed, Seed
from envcheck.core.spec import Label
from envcheck.services.catalogue import KINDS, vocabulary
from envcheck.services.desired import desire
from tests.unit.worlds import choices, owner, profile

TEXT = """
name: shop
services:
  db:
    image: postgres:17.11
    environment: {POSTGRES_PASSWORD: hunter2}
    seed: [a.sql, b.sql.gz, c.dump]
"""
FOUND = FoundSeed(
    (
        FoundFile("a.sql", "/shop/a.sql"),
        FoundFile("b.sql.gz", "/shop/b.sql.gz", packed=True),
        FoundFile("c.dump", "/shop/c.dump", dump=True),
    ),
    "abc",
)


def seed(text: str = TEXT) -> Seed:
    found = profile(text)
    service = desire(found, owner(), choices(found), {"db": FOUND}).services["db"]
    assert service.seed is not None
    return service.seed


def test_a_script_goes_through_psql_and_a_dump_through_pg_restore_each_as_one_transaction() -> None:
    first, second, third = seed().files
    to = ["--host", "127.0.0.1", "--no-password", "--username", "postgres", "--dbname", "postgres"]
    for script in (first, second):
        assert script.command[0] == "psql"
        assert [*script.command][1 : 1 + len(to)] == to
        assert script.command[-2:] == ("--file", script.inside)
        assert {"--single-transaction", "ON_ERROR_STOP=1"} <= set(script.command)
    assert third.command[0] == "pg_restore"
    assert [*third.command][1 : 1 + len(to)] == to
    assert third.command[-1] == third.inside
    assert {"--single-transaction", "--exit-on-error"} <= set(third.command)


def test_each_file_has_a_place_of_its_own_in_the_container() -> None:
    files = seed().files
    assert [file.inside for file in files] == [f"/tmp/envcheck-seed-{n}" for n in (1, 2, 3)]
    assert [(file.name, file.path, file.packed) for file in files] == [
        ("a.sql", "/shop/a.sql", False),
        ("b.sql.gz", "/shop/b.sql.gz", True),
        ("c.dump", "/shop/c.dump", False),
    ]


@pytest.mark.parametrize(
    ("variables", "user", "database"),
    [
        ("POSTGRES_USER: app", "app", "app"),
        ("POSTGRES_DB: shop", "postgres", "shop"),
        ("POSTGRES_USER: app, POSTGRES_DB: shop", "app", "shop"),
    ],
)
def test_it_goes_into_the_profiles_own_database(variables: str, user: str, database: str) -> None:
    text = TEXT.replace("PASSWORD: hunter2", f"PASSWORD: hunter2, {variables}")
    for command in (*(file.command for file in seed(text).files), seed(text).ping):
        assert command[command.index("--username") + 1] == user
        assert command[command.index("--dbname") + 1] == database


def test_without_a_password_there_is_none_to_give() -> None:
    text = TEXT.replace("POSTGRES_PASSWORD: hunter2", "POSTGRES_HOST_AUTH_METHOD: trust")
    assert "PGPASSWORD" not in seed(text).environment


@pytest.mark.parametrize(
    ("before", "after", "volume", "folder"),
    [
        ("", "", "shop_db-data", "/var/lib/postgresql/data"),
        ("17.11", "18.1", "shop_db-data", "/var/lib/postgresql"),
        (
            "    seed",
            "    volumes: ['mine:/var/lib/postgresql/data', 'other:/other']\n    seed",
            "shop_mine",
            "/var/lib/postgresql/data",
        ),
    ],
)
def test_the_volume_that_holds_the_data_is_marked_and_labelled_and_no_other(
    before: str, after: str, volume: str, folder: str
) -> None:
    text = TEXT.replace(before, after) if before else TEXT
    assert (seed(text).volume, seed(text).mark) == (volume, f"{folder}/{MARK}")
    found = profile(text)
    volumes = desire(found, owner(), choices(found), {"db": FOUND}).services["db"].volumes
    assert {v.name for v in volumes if Label.SEED in v.labels} == {volume}


def test_what_is_seeded_is_no_part_of_its_container() -> None:
    """So that a seed that changes does not make the container anew."""
    found = profile(TEXT)
    with_seed = desire(found, owner(), choices(found), {"db": FOUND}).services["db"]
    without = desire(found, owner(), choices(found)).services["db"]
    assert with_seed.container == without.container
    assert without.seed is None


def test_every_kind_that_can_be_seeded_is_known_to_the_reader() -> None:
    assert vocabulary().seedable == {name for name, kind in KINDS.items() if kind.seeder}
    assert "postgres" in vocabulary().seedable
    assert vocabulary().jobs == {"job"}


@pytest.mark.parametrize("name", sorted(n for n, kind in KINDS.items() if kind.seeder))
def test_no_command_of_a_seeder_holds_a_password(name: str) -> None:
    seeder = KINDS[name].seeder
    assert seeder is not None
    variables = {variable: "hunter2" for group in KINDS[name].required for variable in group}
    variables |= dict.fromkeys(KINDS[name].secrets, "hunter2")
    words = [*seeder.script(variables, "/tmp/1"), *seeder.ping(variables)]
    words += [*seeder.restore(variables, "/tmp/1")] if seeder.restore else []
    assert "hunter2" not in "\n".join(words)
    secret = {key for key, value in seeder.environment(variables).items() if "hunter2" in value}
    assert secret == seeder.secrets
    assert "/tmp/1" in "\n".join(seeder.script(variables, "/tmp/1"))
