"""What a check is, and what it has at hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from envcheck.app.checks.mendable import marked
from envcheck.core.errors import ExitCode
from envcheck.core.events import Result, Status
from envcheck.doctor.diagnose import diagnose_all
from envcheck.doctor.symptom import Symptom

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envcheck.app.session import Session
    from envcheck.core.errors import EnvcheckError
    from envcheck.core.profile import Profile
    from envcheck.core.spec import Owner
    from envcheck.doctor.facts import Facts, Needs
    from envcheck.doctor.fault import Diagnosis
    from envcheck.engine.client import DockerEngine

_STATUS: dict[str, Status] = {"fail": "fail", "warn": "warn", "info": "pass"}


@dataclass(frozen=True)
class Exam:
    """One examination of the machine.

    Attributes:
        owner: whose the objects are that the checks make, and remove again.
        profile: what the machine is examined for, or None.
        images: the images that the round trips run, by their official names.
        no_images: why there are none.
    """

    session: Session
    owner: Owner
    profile: Profile | None = None
    images: Mapping[str, str] = field(default_factory=dict)
    no_images: EnvcheckError | None = None

    @property
    def engine(self) -> DockerEngine:
        """The engine; checks that use it need `docker.engine`."""
        return self.session.engine()

    @property
    def facts(self) -> Facts:
        """All that is known of the machine, the client and the engine."""
        return replace(self.session.facts(), needs=self.needs)

    @property
    def needs(self) -> Needs:
        """What the profile asks for."""
        from envcheck.app.checks.needs import needs_of

        return needs_of(self.profile)


@dataclass(frozen=True)
class Check:
    """One question to the machine.

    Attributes:
        id: its stable name, which is also its result's.
        title: what it is called in the list of checks.
        about: one line on what it looks at.
        look: finds out; what it raises is judged by the catalogue.
        needs: the checks that must not have failed before.
        after: those that must have ended before, whatever came of them.
        seconds: how long it may take; when they are over, that is the result.
    """

    id: str
    title: str
    about: str
    look: Callable[[Exam], Result]
    needs: tuple[str, ...] = ()
    seconds: float = 10.0
    after: tuple[str, ...] = ()

    def result(self, status: Status, summary: str, seconds: float = 0.0) -> Result:
        """A verdict of this check."""
        return Result(self.id, self.title, status, summary, seconds)


def verdict(check: Check, facts: Facts, summary: str, *faults: str) -> Result:
    """The worst of these faults that the facts show, or a pass with the summary."""
    found = [d for d in diagnose_all(Symptom("look", facts=facts)) if d.id in faults]
    for severity in ("fail", "warn"):
        for diagnosis in found:
            if diagnosis.fault.severity == severity:
                return faulty(check, diagnosis)
    notes = "".join(f"; {diagnosis.what}" for diagnosis in found)
    return check.result("pass", f"{summary}{notes}")


def faulty(check: Check, diagnosis: Diagnosis) -> Result:
    """A verdict that names a fault of the catalogue."""
    return Result(
        check.id,
        check.title,
        _STATUS[diagnosis.fault.severity],
        diagnosis.what,
        evidence=diagnosis.evidence or (diagnosis.fault.why,),
        fix=marked(diagnosis.fix, diagnosis.id),
        fault=diagnosis.id,
    )


def failed(check: Check, error: EnvcheckError, seconds: float) -> Result:
    """A verdict from an error, which the catalogue has judged where it was raised."""
    return Result(
        check.id,
        check.title,
        "error" if error.exit_code == ExitCode.UNUSABLE else "fail",
        error.what,
        seconds,
        evidence=error.evidence,
        fix=marked(error.fix, error.id),
        fault=error.id,
    )
