"""Every remedy can be told on every machine, with words and commands that fit it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, get_args

import pytest

from envcheck.doctor import products
from envcheck.doctor.catalogue import FAULTS
from envcheck.doctor.diagnose import diagnose, diagnose_all
from envcheck.doctor.facts import EngineFacts, Facts, HostFacts, Kind, System
from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded import RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.errors import Fix
    from envcheck.doctor.fault import Fault

LOSES_DATA = re.compile(
    r"\b(docker )?((system|volume|image|container|network) prune|volume rm|rm -f|rmi|mkfs|"
    r"factory-reset|colima delete|machine rm)\b"
)


def _machines() -> Iterator[Facts]:
    """Every system, with and without systemd, WSL and root, with every kind of engine."""
    systems: tuple[System, ...] = get_args(System)
    kinds: tuple[Kind, ...] = get_args(Kind)
    yes_no = (None, False, True)
    for system, systemd, wsl, root, kind in product(systems, yes_no, yes_no, yes_no, kinds):
        yield Facts(
            HostFacts(system, wsl=wsl, systemd=systemd, root=root), engine=EngineFacts(kind)
        )


MACHINES = tuple(_machines())


def _seen(fault: Fault) -> tuple[Symptom, ...]:
    """The fault's recordings, and the barest symptom that there can be."""
    return (*(r.symptom for r in RECORDED if r.id == fault.id), Symptom("look"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_remedy_can_be_told_on_every_machine(fault: Fault) -> None:
    seen = _seen(fault)
    there = (replace(symptom, facts=facts) for symptom, facts in product(seen, MACHINES))
    diagnoses = map(fault.explain, (*seen, *there))
    # Most machines are told the same: each text is looked at once.
    for what, fix in {(diagnosis.what, diagnosis.fix) for diagnosis in diagnoses}:
        assert what.strip()
        assert "\n" not in what
        _check(fix)


def _check(fix: Fix) -> None:
    assert fix.text.strip()
    assert all(command.strip() == command for command in fix.commands)
    assert all(command and "\n" not in command for command in fix.commands)
    assert fix.destructive or not any(LOSES_DATA.search(command) for command in fix.commands)
    assert "None" not in " ".join((fix.text, *fix.commands))


def test_what_is_not_known_is_never_taken_for_a_fault() -> None:
    """Only the kind of engine may say something here, and sudo nothing without its caller."""
    looks = (Symptom("look", facts=facts) for facts in (Facts(), *MACHINES))
    found = {diagnosis.id for look in looks for diagnosis in diagnose_all(look)}
    assert found == {"docker.podman", "docker.rootless"}


@pytest.mark.parametrize(
    ("endpoint", "chosen_by", "command"),
    [
        ("unix:///home/anna/.colima/default/docker.sock", "context colima", "colima start"),
        ("unix:///home/anna/.orbstack/run/docker.sock", "context orbstack", "orb start"),
        ("unix:///home/anna/.rd/docker.sock", "context rancher-desktop", "rdctl start"),
        (
            "unix:///run/user/1000/docker.sock",
            "context rootless",
            "systemctl --user start docker",
        ),
        (
            "unix:///run/user/1000/podman/podman.sock",
            "context podman",
            "systemctl --user start podman.socket",
        ),
        ("unix:///srv/docker.sock", "context mine", "sudo systemctl start docker"),
    ],
)
def test_an_engine_that_is_off_is_started_as_its_address_tells(
    endpoint: str, chosen_by: str, command: str
) -> None:
    facts = Facts(HostFacts("linux", systemd=True, root=False))
    symptom = Symptom(
        "connect", cause="FileNotFoundError", endpoint=endpoint, chosen_by=chosen_by, facts=facts
    )
    diagnosis = diagnose(symptom)
    assert diagnosis is not None
    assert diagnosis.fix.commands == (command, "docker context use default")


def test_a_plain_engine_is_started_as_this_machine_starts_services() -> None:
    def start(**host: bool | None) -> tuple[str, ...]:
        facts = Facts(replace(HostFacts("linux"), **host))  # type: ignore[arg-type]  # flags alone
        return products.product(Symptom("connect", facts=facts)).start

    assert start(systemd=True, root=False) == ("sudo systemctl start docker",)
    assert start(systemd=False, root=False) == ("sudo service docker start",)
    assert start(systemd=False, root=True) == ("service docker start",)
