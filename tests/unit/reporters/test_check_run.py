"""A check tells every verdict: there they are what was asked for."""

from __future__ import annotations

from envcheck.core import events as ev
from tests.unit.reporters.recorded import Run, passed
from tests.unit.reporters.showing import plain

READY = ev.ServiceReady(
    service="db",
    image="postgres:17.11",
    digest="",
    source="registry",
    container="shop-db",
    endpoint="127.0.0.1:5432",
    version="17.11",
    product="PostgreSQL",
    seconds=0.02,
    volumes=("shop_db-data",),
    fresh=False,
)
TOLD = (
    READY,
    passed("service.db.ready", "db ready", "answered at 127.0.0.1:5432 after 0.02 s"),
    passed("service.db.version", "db version", "PostgreSQL 17.11, as pinned"),
)
ANSWERED = passed("service.db.writable", "db writable", "a row was written and rolled back")
REMADE = ev.Changed(ev.Change("recreated", "container", "shop-db", "check --deep"))
SURVIVED = passed("service.db.survives", "db survives", "a word outlived its container")


def shown(command: str, *events: ev.Event) -> str:
    """What plain output says of a run of these events."""
    begun = ev.Started(command, "shop", "shop")
    timed = tuple((0.1 * at, event) for at, event in enumerate((begun, *events)))
    return plain(Run(command, timed, 1.0))


def test_what_is_good_is_told_where_it_was_asked_for() -> None:
    text = shown("check", ev.Section("Services"), *TOLD, ev.Section("Verdicts"), ANSWERED)
    assert "✓ db writable       a row was written and rolled back" in text
    assert "as pinned" not in text  # the service's own row has said it
    assert "answered at" not in text


def test_elsewhere_what_is_good_is_told_by_the_services_row_alone() -> None:
    text = shown("up", ev.Section("Services"), *TOLD, ANSWERED)
    assert "a row was written" not in text


def test_what_a_proof_made_anew_is_told_by_its_verdict_alone() -> None:
    text = shown("check", ev.Section("Services"), *TOLD, ev.Section("Data"), REMADE, SURVIVED)
    assert "✓ db survives       a word outlived its container" in text
    assert "recreated" not in text
    assert "recreated" in shown("up", ev.Section("Services"), REMADE, *TOLD)
