"""Every fault is told by its own recordings and by no other.

A text that two entries claim would be named after whichever stands first; so each recording must
match one entry of the whole table, not only first.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from envcheck.doctor.catalogue import FAULTS
from envcheck.doctor.catalogue.reach import UNREACHABLE
from envcheck.doctor.diagnose import diagnose, diagnose_all
from envcheck.doctor.facts import EngineFacts, Facts
from envcheck.doctor.fault import LAYERS, Severity
from envcheck.doctor.symptom import Doing, Symptom
from tests.unit.doctor.catalogue.recorded import RECORDED

if TYPE_CHECKING:
    from envcheck.doctor.fault import Fault
    from tests.unit.doctor.catalogue.recorded.recording import Recording

ID = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*")
SOURCE = re.compile(r"(real|quoted|facts): .+")


@pytest.mark.parametrize("recording", RECORDED, ids=lambda r: f"{r.id}-{r.source[:40]}")
def test_a_recording_matches_its_own_fault_and_no_other(recording: Recording) -> None:
    assert [fault.id for fault in FAULTS if fault.matches(recording.symptom)] == [recording.id]


@pytest.mark.parametrize("recording", RECORDED, ids=lambda r: f"{r.id}-{r.source[:40]}")
def test_a_recording_is_explained_with_evidence_from_what_was_seen(recording: Recording) -> None:
    diagnosis = diagnose(recording.symptom)
    assert diagnosis is not None
    assert diagnosis.id == recording.id
    said = "\n".join((recording.symptom.text, *recording.symptom.logs))
    for line in diagnosis.evidence:
        assert line.removesuffix("…") in said
    if recording.symptom.text:
        assert diagnosis.evidence


def test_every_fault_is_recorded() -> None:
    assert {fault.id for fault in FAULTS} == {recording.id for recording in RECORDED}


def test_every_recording_says_where_it_was_seen() -> None:
    assert [r.id for r in RECORDED if not SOURCE.fullmatch(r.source)] == []


def test_ids_are_unique_and_well_formed() -> None:
    ids = [fault.id for fault in FAULTS]
    assert len(ids) == len(set(ids))
    assert [id for id in ids if not ID.fullmatch(id)] == []


def test_no_lower_layer_comes_after_a_higher_one() -> None:
    places = [LAYERS.index(fault.layer) for fault in FAULTS]
    assert places == sorted(places)


def test_severities_are_known() -> None:
    assert {fault.severity for fault in FAULTS} <= set(get_args(Severity))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_texts_are_short_sentences_without_full_stops(fault: Fault) -> None:
    assert 10 < len(fault.why) <= 100
    assert not fault.why.endswith(".")
    assert fault.link == "" or fault.link.startswith("https://")


@pytest.mark.parametrize("doing", get_args(Doing))
def test_nothing_is_claimed_of_a_symptom_without_signs(doing: Doing) -> None:
    assert diagnose(Symptom(doing, text="something that nobody has ever seen")) is None


def test_a_look_finds_every_fault_at_once_lowest_first() -> None:
    engine = EngineFacts(cgroup_version="1", ipv4_forwarding=False, os_type="windows")
    found = [
        diagnosis.id for diagnosis in diagnose_all(Symptom("look", facts=Facts(engine=engine)))
    ]
    assert found == ["docker.windows-containers", "docker.cgroup-v1", "machine.ip-forwarding"]


def test_all_ways_of_not_reaching_a_registry_count_as_unreachable() -> None:
    assert "registry.unreachable" in UNREACHABLE
    assert "registry.no-such-host" in UNREACHABLE
    assert "registry.unknown-image" not in UNREACHABLE
    assert "registry.proxy-unset" not in UNREACHABLE


def test_the_port_in_question_is_read_from_every_version_s_text() -> None:
    ports = [
        re.findall(r"port (\d+) of this machine", diagnosis.what)
        for r in RECORDED
        if r.id in ("docker.port-taken", "machine.port-taken", "machine.port-reserved")
        and (diagnosis := diagnose(r.symptom))
    ]
    assert ports == [["8088"], ["8088"], ["7777"], ["7777"], ["5432"], ["5432"]]


def test_the_other_major_is_named_and_dropping_the_data_is_marked() -> None:
    recording = next(r for r in RECORDED if r.id == "postgres.data-other-major")
    diagnosis = diagnose(recording.symptom)
    assert diagnosis is not None
    assert diagnosis.what == "the data was made by PostgreSQL 14, the image is 15.18"
    assert "pin postgres:14 again" in diagnosis.fix.text
    assert diagnosis.fix.destructive


def test_the_catalogue_stands_in_no_page_of_the_documentation() -> None:
    """Ids may be mentioned; a second table of them would fall behind this one."""
    for page in Path(__file__).parents[4].joinpath("docs").glob("**/*.md"):
        text = page.read_text(encoding="utf-8")
        mentioned = [fault.id for fault in FAULTS if fault.id in text]
        assert len(mentioned) < len(FAULTS) // 4, page
