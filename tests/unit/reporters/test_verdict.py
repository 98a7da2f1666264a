"""The sentence at the end, for each way in which a run can end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envcheck.core import events as ev
from envcheck.core.errors import Fix
from envcheck.core.report import Report, ServiceReport
from envcheck.reporters.console.page import Page
from envcheck.reporters.console.verdict import Verdict

if TYPE_CHECKING:
    from envcheck.reporters.console.lines import Block

PASS = ev.Result("a", "a", "pass", "good")
WARN = ev.Result("b", "b", "warn", "so so")
FAIL = ev.Result("c", "c", "fail", "bad", fix=Fix("do it", ("sudo it",), mendable=True))
BAD = replace(FAIL, id="d", fix=None)
READY = {"db": ServiceReport("ready"), "web": ServiceReport("ready")}
ONE_FAILED = {**READY, "web": ServiceReport("failed")}
KEPT = (ev.Kept("volume", "webapp_db-data", "down keeps data"),)
GONE = (ev.Change("removed", "volume", "webapp_db-data"),)
MADE = (ev.Change("created", "container", "webapp-db"),)


def report(command: str, **parts: object) -> Report:
    whole = Report(command=command, profile="webapp", instance="webapp", seconds=2.0)
    return replace(whole, **parts)  # type: ignore[arg-type]


def stopped(command: str, code: int, **parts: object) -> Report:
    return report(command, error=ev.Failed("some.id", "what", code), **parts)


def text(block: Block) -> list[str]:
    return ["".join(span.text for span in line) for line in block if line]


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (
            report("run", changes=(ev.Change("removed", "network", "webapp"),)),
            "webapp is down again: its data is kept.",
        ),
        (
            report(
                "run",
                changes=(ev.Change("removed", "network", "webapp"),),
                extra={"ran": {"exit_code": 3}},
            ),
            "The command exited with 3. webapp is down again: its data is kept.",
        ),
        (report("doctor", results=(PASS, PASS)), "This machine is ready: 2 checks passed."),
        (
            report("doctor", results=(PASS, WARN)),
            "This machine is ready: 1 check passed, 1 to look at.",
        ),
        (
            report("doctor", profile="", instance="", results=(PASS, BAD)),
            "1 problem stops this machine: fix it and run ./inv doctor again.",
        ),
        (
            report("onboard", results=(BAD, FAIL)),
            "2 problems stop this machine: fix them and run ./inv onboard webapp again.",
        ),
        (
            report("check", results=(PASS, FAIL), services=READY),
            "Not healthy: 1 of 2 checks failed.",
        ),
        (
            report("check", results=(PASS, FAIL), services=ONE_FAILED),
            "Not healthy: 1 of 2 services failed.",
        ),
        (
            report("up", results=(PASS, FAIL), services=ONE_FAILED),
            (
                "Not ready: 1 of 2 services failed. "
                "Kept for you to look at; ./inv down webapp removes it."
            ),
        ),
        (
            report("check", results=(PASS,), services=READY),
            "All is well in 2.0 s: 1 check passed, 2 services verified.",
        ),
        (report("up", services=READY, changes=MADE), "Ready in 2.0 s: 2 services verified."),
        (report("up", services=READY), "Nothing changed: 2 services verified in 2.0 s."),
        (
            report("down", changes=GONE, kept=KEPT),
            "webapp is down: its data is kept in 1 volume; ./inv up webapp brings it back.",
        ),
        (report("down"), "webapp was not running: nothing changed."),
        (report("clean", changes=(*GONE, *GONE)), "Removed in 2.0 s: 2 volumes."),
        (report("clean"), "Nothing was there to remove."),
        (
            report("clean", would_remove=(ev.WouldRemove("volume", "v"),)),
            "Nothing was changed.",
        ),
        (
            report("clean", left_behind=(ev.LeftBehind("volume", "v", "in use"),) * 2),
            "Not clean: 2 things of webapp are still there; run ./inv clean webapp again.",
        ),
        (
            stopped("status", 3),
            (
                "Docker cannot be used: fix it and run ./inv status webapp again; "
                "./inv doctor tells more."
            ),
        ),
        (
            stopped("doctor", 3, results=(BAD,)),
            "1 problem stops this machine: fix it and run ./inv doctor webapp again.",
        ),
        (
            stopped("up", 4),
            (
                "Not ready: fix it and run ./inv up webapp again; "
                "what is done already is not done twice."
            ),
        ),
        (stopped("clean", 4), "Not finished: run ./inv clean webapp again."),
        (
            stopped("clean", 130),
            "Interrupted after 2.0 s: ./inv clean webapp finishes it.",
        ),
        (stopped("status", 130), "Interrupted after 2.0 s."),
        (
            report("up", instance="second", changes=GONE, left_behind=()),
            "Ready in 2.0 s: nothing to look at.",
        ),
    ],
)
def test_the_last_sentence(run: Report, sentence: str) -> None:
    page = Page(width=200)
    assert text(Verdict(run, page).block())[0].replace("\xa0", " ") == sentence


@pytest.mark.parametrize(
    ("looked", "kept", "sentence"),
    [
        ((ev.NothingLeft("webapp"),), (), "Looked again: nothing of webapp is left."),
        (
            (ev.NothingLeft("webapp"),),
            KEPT,
            "Looked again: nothing of webapp is left, except what is kept on purpose.",
        ),
        (
            (ev.NothingLeft("a"), ev.NothingLeft("b", "its images")),
            (),
            (
                "Looked again: nothing of a is left. "
                "Looked again: nothing of b is left, except its images."
            ),
        ),
    ],
)
def test_the_proof_of_a_teardown(
    looked: tuple[ev.NothingLeft, ...], kept: tuple[ev.Kept, ...], sentence: str
) -> None:
    run = report("clean", changes=GONE, kept=kept)
    assert text(Verdict(run, Page(width=200), looked=looked).block()) == [sentence]


@pytest.mark.parametrize("run", [stopped("up", 2), stopped("up", 70), report("status")])
def test_no_sentence_where_there_is_nothing_to_add(run: Report) -> None:
    assert Verdict(run, Page()).block() == []


def test_another_instance_is_named_in_every_command() -> None:
    run = report("up", instance="second", services=READY, changes=MADE)
    later = text(Verdict(run, Page(width=200)).block())[1]
    assert later.count("webapp --instance second") == 2


def test_doctor_offers_to_mend_what_it_can_but_not_right_after_it_did() -> None:
    run = report("doctor", results=(FAIL,))
    hint = "./inv doctor --fix runs these commands for you, after asking."
    assert hint in text(Verdict(run, Page()).block())
    assert hint not in text(Verdict(run, Page(), mended=True).block())
    assert hint not in text(Verdict(report("doctor", results=(BAD,)), Page()).block())
