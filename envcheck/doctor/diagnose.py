"""From a symptom to the fault that it is a sign of. The one way in for every task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.doctor.catalogue import FAULTS

if TYPE_CHECKING:
    from envcheck.doctor.fault import Diagnosis
    from envcheck.doctor.symptom import Symptom


def diagnose(symptom: Symptom) -> Diagnosis | None:
    """The first fault of the catalogue that matches, which is the one that the rest rests on.

    Returns:
        None where the catalogue knows no such fault; the caller shows what was seen, raw and whole.
    """
    return next((fault.explain(symptom) for fault in FAULTS if fault.matches(symptom)), None)


def diagnose_all(symptom: Symptom) -> tuple[Diagnosis, ...]:
    """Every fault that matches, lowest layer first; for a look at facts, where many may hold."""
    return tuple(fault.explain(symptom) for fault in FAULTS if fault.matches(symptom))
