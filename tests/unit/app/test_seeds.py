"""The seeds of a profile: looked at before anything is done, each mistake at its place."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envcheck.app.seeds import find_seeds, refuse_placeless
from envcheck.core.errors import ProfileInvalid
from envcheck.core.parsing.reader import read_profile
from envcheck.core.seeding import FoundFile
from envcheck.services.catalogue import vocabulary
from envcheck.services.desired import desire
from tests.unit.worlds import choices, owner

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.core.profile import Profile

TOP = """\
name: shop
services:
  db:
    image: postgres:17.11
    environment: {POSTGRES_PASSWORD: x}
    seed:
"""


ENDINGS = "a script ends in .sql or .sql.gz, a dump is made by `pg_dump -Fc`"


def written(folder: Path, *names: str) -> Profile:
    text = TOP + "".join(f"      - {name}\n" for name in names)
    return read_profile(text, file="p.yaml", root=str(folder), environ={}, vocabulary=vocabulary())


def test_scripts_and_dumps_are_told_apart_by_name_and_by_content(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("SELECT 1;")
    (tmp_path / "b.sql.gz").write_bytes(gzip.compress(b"SELECT 1;"))
    (tmp_path / "c.backup").write_bytes(b"PGDMP\1\16")
    (tmp_path / "d.sql").write_bytes(b"PGDMP\1\16")
    (tmp_path / "e.gz").write_bytes(gzip.compress(b"PGDMP\1\16"))
    names = ("a.sql", "b.sql.gz", "c.backup", "d.sql", "e.gz")
    found = find_seeds(written(tmp_path, *names))["db"]
    forms = [(False, False), (True, False), (False, True), (False, True), (True, True)]
    assert found.files == tuple(
        FoundFile(name, str(tmp_path / name), packed, dump)
        for name, (packed, dump) in zip(names, forms, strict=True)
    )


def test_the_fingerprint_is_of_what_is_in_the_files_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("one")
    (tmp_path / "b.sql").write_text("two")
    (tmp_path / "c.sql").write_text("one")
    marks = [
        find_seeds(written(tmp_path, *names))["db"].fingerprint
        for names in (("a.sql", "b.sql"), ("b.sql", "a.sql"), ("c.sql", "b.sql"), ("a.sql",))
    ]
    assert marks[0] == marks[2]
    assert len(set(marks)) == 3


def test_each_mistake_is_told_at_its_place(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("one")
    with pytest.raises(ProfileInvalid) as caught:
        find_seeds(written(tmp_path, "a.sql", "b.txt"))
    assert [str(problem) for problem in caught.value.problems] == [
        "p.yaml:7:9: the file 'a.sql' is not there",
        f"p.yaml:8:9: what is in the file 'b.txt' cannot be told ({ENDINGS})",
    ]


def test_a_profile_without_seeds_has_none(tmp_path: Path) -> None:
    text = "name: shop\nservices:\n  c: {image: 'redis:8.0.2'}\n"
    profile = read_profile(text, file="p", root="/", environ={}, vocabulary=vocabulary())
    assert find_seeds(profile) == {}


def test_data_that_goes_nobody_knows_where_cannot_be_seeded(tmp_path: Path) -> None:
    """As in an image that is built upon none of the kind's own."""
    (tmp_path / "a.sql").write_text("one")
    profile = written(tmp_path, "a.sql")
    found = find_seeds(profile)
    images = {name: replace(choice, pin=None) for name, choice in choices(profile).items()}
    with pytest.raises(ProfileInvalid) as caught:
        refuse_placeless(profile, desire(profile, owner(), images, found))
    assert str(caught.value.problems[0]).startswith("p.yaml:7:9: db: where its data is kept")
    refuse_placeless(profile, desire(profile, owner(), choices(profile), found))
