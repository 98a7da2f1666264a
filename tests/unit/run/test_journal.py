"""The journal: on record before the deed, so that a killed run can be told of."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envcheck.core.deeds import Deed
from envcheck.core.errors import StepFailed
from envcheck.core.plan import CreateVolume, RemoveVolume, StartContainer
from envcheck.core.spec import VolumeSpec
from envcheck.run.journal import Journal
from envcheck.run.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.core.plan import Act

CREATE = CreateVolume(VolumeSpec("shop_data", {}))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger."""
    with closing(Ledger(tmp_path / "ledger.sqlite3")) as found:
        yield found


def test_a_deed_is_on_record_as_begun_before_it_is_done(ledger: Ledger) -> None:
    seen: list[tuple[Deed, ...]] = []

    def perform(_act: Act) -> None:
        seen.append(ledger.runs()[0].deeds)

    journal = Journal(ledger, "shop", "up")
    journal.recording(perform)(CREATE)
    assert seen == [(Deed("create", "volume", "shop_data", done=False),)]
    (run,) = ledger.runs()
    assert run.deeds == (Deed("create", "volume", "shop_data", done=True),)
    assert (run.instance, run.command, run.pid) == ("shop", "up", os.getpid())


def test_one_that_failed_is_not_done_and_may_have_made_something(ledger: Ledger) -> None:
    def fail(_act: Act) -> None:
        raise StepFailed("no", id="test.failed")

    journal = Journal(ledger, "shop", "up")
    with pytest.raises(StepFailed):
        journal.recording(fail)(CREATE)
    assert journal.made() == (Deed("create", "volume", "shop_data", done=False),)


def test_what_is_removed_again_was_not_made(ledger: Ledger) -> None:
    journal = Journal(ledger, "shop", "up")
    do = journal.recording(lambda _act: None)
    do(CREATE)
    do(StartContainer("shop-db", "db"))
    assert journal.made() == (Deed("create", "volume", "shop_data", done=True),)
    do(RemoveVolume("shop_data"))
    assert journal.made() == ()


def test_a_run_that_has_ended_leaves_nothing(ledger: Ledger) -> None:
    journal = Journal(ledger, "shop", "up")
    journal.recording(lambda _act: None)(CREATE)
    other = Journal(ledger, "shop-two", "down")
    journal.end()
    assert [run.instance for run in ledger.runs()] == ["shop-two"]
    other.end()
    assert ledger.runs() == ()
