"""One fault as it was really seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envcheck.doctor.symptom import Symptom


@dataclass(frozen=True)
class Recording:
    """A symptom, the one fault that it must be taken for, and where it was seen.

    Attributes:
        source: ``real: …`` where we saw it ourselves, ``quoted: …`` where somebody else told of
            it, ``facts: …`` where it is a set of facts as an engine or a machine reports them.
    """

    id: str
    symptom: Symptom
    source: str
