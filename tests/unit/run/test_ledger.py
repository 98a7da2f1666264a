"""The ledger: what labels cannot hold, kept through every restart and shared by many at once."""

from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envcheck.core.jobs import JobRecord
from envcheck.run.books import JobBook
from envcheck.run.ledger import ImageRecord, Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger is; neither the file nor its folder is there yet."""
    return tmp_path / "state" / "envcheck" / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """A ledger."""
    with closing(Ledger(path)) as found:
        yield found


def test_a_new_ledger_is_empty(ledger: Ledger) -> None:
    assert ledger.images() == ()


def test_an_image_is_on_record_with_who_uses_it(ledger: Ledger) -> None:
    ledger.use("redis:8", "shop", before=False)
    ledger.use("redis:8", "shop-two", before=False)
    ledger.use("node:24", "shop", before=True)
    assert set(ledger.images()) == {
        ImageRecord("redis:8", before=False, instances=frozenset({"shop", "shop-two"})),
        ImageRecord("node:24", before=True, instances=frozenset({"shop"})),
    }


@pytest.mark.parametrize("before", [True, False])
def test_the_first_record_of_an_image_counts(ledger: Ledger, *, before: bool) -> None:
    """At the second look our own image stands there: it would be taken for somebody else's."""
    ledger.use("redis:8", "shop", before=before)
    ledger.use("redis:8", "shop", before=not before)
    ledger.use("redis:8", "shop-two", before=not before)
    assert [record.before for record in ledger.images()] == [before]


def test_it_outlives_the_program(path: Path) -> None:
    with closing(Ledger(path)) as first:
        first.use("redis:8", "shop", before=True)
        written = first.images()
    with closing(Ledger(path)) as second:
        assert second.images() == written


def test_an_entry_is_on_disk_before_the_act_that_it_describes(path: Path) -> None:
    """Another program sees it at once: it would be there after a power cut, too."""
    with closing(Ledger(path)) as one, closing(Ledger(path)) as other:
        one.use("redis:8", "shop", before=False)
        assert other.images() == one.images() != ()


def test_an_image_that_nobody_uses_any_more_is_forgotten(ledger: Ledger) -> None:
    ledger.use("redis:8", "shop", before=True)
    ledger.use("redis:8", "shop-two", before=True)
    ledger.forget_use("redis:8", "shop")
    assert [record.instances for record in ledger.images()] == [frozenset({"shop-two"})]
    ledger.forget_use("redis:8", "shop-two")
    assert ledger.images() == ()
    ledger.use("redis:8", "shop", before=False)
    assert [record.before for record in ledger.images()] == [False]


def test_forgetting_what_was_never_there_is_no_error(ledger: Ledger) -> None:
    ledger.use("redis:8", "shop", before=True)
    ledger.forget_use("redis:8", "nobody")
    ledger.forget_use("nothing:1", "shop")
    assert len(ledger.images()) == 1


def test_only_its_user_can_read_it(ledger: Ledger, path: Path) -> None:
    ledger.use("redis:8", "shop", before=False)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    files = list(path.parent.iterdir())
    assert path in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_many_programs_can_begin_and_write_at_once(path: Path) -> None:
    """Each with a connection of its own, the first of them on a file that is not there yet."""

    def record(number: int) -> None:
        with closing(Ledger(path)) as ledger:
            for image in range(5):
                ledger.use(f"image:{image}", f"instance-{number}", before=False)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(record, range(16)))
    with closing(Ledger(path)) as ledger:
        assert {len(record.instances) for record in ledger.images()} == {16}
        assert len(ledger.images()) == 5


def test_the_threads_of_one_program_share_it(ledger: Ledger) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: ledger.use("redis:8", f"i{n}", before=False), range(100)))
    assert [len(record.instances) for record in ledger.images()] == [100]


def test_a_job_is_on_record_as_begun_and_then_as_done(ledger: Ledger) -> None:
    book = JobBook(lambda: ledger, "shop")
    book.begin("migrate", "command:1", "c1")
    assert ledger.jobs("shop") == {"migrate": JobRecord("migrate", "command:1", "c1", done=False)}
    book.finish("migrate")
    assert ledger.jobs("shop") == {"migrate": JobRecord("migrate", "command:1", "c1", done=True)}
    book.begin("migrate", "command:2", "c2")
    assert ledger.jobs("shop") == {"migrate": JobRecord("migrate", "command:2", "c2", done=False)}
    book.forget("migrate")
    assert ledger.jobs("shop") == {}


def test_a_job_that_was_never_begun_is_not_done(ledger: Ledger) -> None:
    ledger.finish_job("shop", "migrate")
    assert ledger.jobs("shop") == {}


def test_the_jobs_of_one_instance_are_forgotten_all_or_one(ledger: Ledger) -> None:
    for instance in ("shop", "shop-two"):
        for service in ("migrate", "fill"):
            ledger.begin_job(instance, service, "x", "c")
    ledger.forget_jobs("shop", "fill")
    assert set(ledger.jobs("shop")) == {"migrate"}
    ledger.forget_jobs("shop-two")
    assert ledger.jobs("shop-two") == {}
    assert set(ledger.jobs("shop")) == {"migrate"}


def test_an_instance_without_jobs_needs_no_ledger() -> None:
    def unwanted() -> Ledger:
        raise AssertionError("nobody asked for it")

    assert JobBook(unwanted, "shop").instance == "shop"


def test_a_visit_is_on_record_with_what_ran_before_it(ledger: Ledger) -> None:
    assert ledger.visit("shop") is None
    ledger.begin_visit("shop", ["db", "cache"])
    ledger.begin_visit("other", [])
    assert ledger.visit("shop") == frozenset({"db", "cache"})
    assert ledger.visit("other") == frozenset()
    ledger.end_visit("shop")
    assert ledger.visit("shop") is None
    ledger.forget_instance("other")
    assert ledger.visit("other") is None


def test_one_that_an_earlier_version_has_made_gets_the_tables_that_it_lacks(path: Path) -> None:
    with closing(Ledger(path)) as ledger:
        ledger.use("redis:8.0.2", "shop", before=False)
    with closing(sqlite3.connect(path)) as db:
        for table in ("visits", "wishes", "variable_files"):
            db.execute(f"DROP TABLE {table}")
        db.execute("PRAGMA user_version = 1")
    with closing(Ledger(path)) as ledger:
        assert [record.reference for record in ledger.images()] == ["redis:8.0.2"]
        assert ledger.visit("shop") is None


def test_a_services_ports_are_those_that_it_got_last(path: Path) -> None:
    """Also where the profile names another port of the container's: the old one is not held."""
    with closing(Ledger(path)) as ledger:
        ledger.hold_ports("shop", "web", {80: 8080})
        ledger.hold_ports("shop", "web", {81: 8081})
        ledger.hold_ports("other", "web", {80: 20001})
        assert ledger.ports("shop") == {"web": {81: 8081}}
        assert ledger.held_by_others("shop") == {20001: "other"}


def test_what_was_wished_for_is_on_record_and_gone_with_the_instance(path: Path) -> None:
    with closing(Ledger(path)) as ledger:
        ledger.wish_ports("shop", "web", {80: 8080, 81: None})
        ledger.add_variable_file("/home/anna/.env", "shop")
        assert ledger.wishes("shop") == {"web": {80: 8080, 81: None}}
        assert ledger.variable_files("shop") == ("/home/anna/.env",)
        ledger.forget_instance("shop")
        assert ledger.wishes("shop") == {}
        assert ledger.variable_files("shop") == ()
