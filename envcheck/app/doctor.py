"""doctor: can this machine run it? And with leave, mend what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck import __version__
from envcheck.app import images
from envcheck.app.checks import machine, mendable
from envcheck.app.checks.exam import Exam
from envcheck.app.checks.fitness import strictly
from envcheck.app.checks.mendable import marked
from envcheck.app.checks.round_trips import BUSYBOX, HELLO_WORLD, HELLO_WORLD_RUNS
from envcheck.app.checks.table import all_checks, chosen
from envcheck.app.examination import examine
from envcheck.app.instances import by_name
from envcheck.app.loading import load, owner_of, recipes_of, tell_warnings
from envcheck.app.mending import mend, mend_all
from envcheck.core import events as ev
from envcheck.core.errors import EngineUnusable, EnvcheckError, ExitCode, Fix
from envcheck.core.pins import Pins
from envcheck.core.spec import Owner
from envcheck.doctor.symptom import Symptom
from envcheck.host import engines
from envcheck.images.sources import ToGet

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.app.checks.exam import Check
    from envcheck.app.session import Session
    from envcheck.core.profile import Profile
    from envcheck.core.reference import Reference
    from envcheck.engine.client import DockerEngine
    from envcheck.images.sources import Here

DOCTOR = "doctor"
"""Who uses the images of the checks in the ledger when the doctor is asked without a profile."""


class CannotCheck(EnvcheckError):
    """What a check needs could not be had, so it says neither yes nor no."""

    exit_code = ExitCode.UNUSABLE


@dataclass(frozen=True)
class DoctorOptions:
    """What ``doctor`` is told besides the profile.

    Attributes:
        fix: mend what can be mended without loss.
        fix_destructive: the one fault whose fix may lose data, by its id.
        only: a check's id or a pattern.
        strict: warnings count as failures.
    """

    fix: bool = False
    fix_destructive: str = ""
    only: str = ""
    strict: bool = False


def doctor(
    session: Session,
    name: str,
    options: DoctorOptions,
    results: Callable[[], tuple[ev.Result, ...]],
) -> None:
    """Check the machine, for a profile if one is named.

    Args:
        session: this run.
        name: the profile, or nothing.
        options: what else the command line says.
        results: the verdicts so far.

    Raises:
        EngineUnusable: there is no engine, and it was not mended.
        MachineUnfit: with ``strict``, a check only warned.
    """
    profile = load(session, name) if name else None
    owner = _owner(session, profile)
    title = profile.name if profile else ""
    description = profile.description if profile else ""
    session.emit(ev.Started("doctor", title, owner.instance if profile else "", description))
    checks = chosen(all_checks(profile), options.only)
    try:
        exam = check_machine(session, profile, owner, checks, fix=options.fix)
        if options.fix:
            mend_all(exam, checks, results(), options.fix_destructive)
        if options.strict:
            strictly(results())
    finally:
        if not profile:
            _tidy(session)


def _owner(session: Session, profile: Profile | None) -> Owner:
    if profile is not None:
        return owner_of(session, profile)
    return Owner("", by_name(session) or DOCTOR, "/", __version__)


def check_machine(
    session: Session,
    profile: Profile | None,
    owner: Owner,
    checks: tuple[Check, ...],
    *,
    fix: bool,
) -> Exam:
    """Carry out checks, in dependency order; what rests on a broken one is skipped.

    Returns:
        The examination, to check again what was mended.

    Raises:
        EngineUnusable: there is no engine, and it was not mended.
        UsageError: mending, or building what the checks run, was not agreed to.
    """
    session.emit(ev.Section("Machine"))
    if profile is not None:
        tell_warnings(session, profile)
    exam = Exam(session, owner, profile)
    try:
        working_engine(session, fix=fix)
    except EngineUnusable as error:
        _without_engine(exam, checks, error)
        raise
    exam = _with_images(exam, checks, fix=fix)
    examine(exam, checks)
    return exam


def working_engine(session: Session, *, fix: bool) -> DockerEngine:
    """The engine; where there is none and ``fix`` is set, installed and started after asking.

    Raises:
        EngineUnusable: there is none, and it was not mended.
        UsageError: mending was not agreed to.
    """
    try:
        answer = session.try_engine()
    except EngineUnusable as unusable:  # the context that is asked for does not exist
        error = unusable
    else:
        if not isinstance(answer, Symptom):
            return answer
        error = session.diagnose(answer)
    if not (fix and error.id in mendable.ENGINE | mendable.SAFE):
        raise error
    broken = _broken(error)
    session.emit(ev.Checked(broken))
    if error.id in mendable.ENGINE:
        _start(session, error)
    else:
        mend(session, broken)
    return session.engine()


def _without_engine(exam: Exam, checks: tuple[Check, ...], error: EnvcheckError) -> None:
    """The checks that need no engine; of the others, that they were skipped."""
    broken = _broken(error)
    rest = tuple(c for c in checks if c.id != machine.ENGINE.id)
    free = tuple(c for c in rest if not c.needs)
    examine(exam, free)
    exam.session.emit(ev.Checked(broken))
    examine(exam, tuple(c for c in rest if c.needs), (broken,))


def _broken(error: EnvcheckError) -> ev.Result:
    result = machine.ENGINE.result("fail", error.what)
    fix = marked(error.fix, error.id)
    return replace(result, evidence=error.evidence, fix=fix, fault=error.id)


def _start(session: Session, error: EngineUnusable) -> None:
    endpoint, host = session.endpoint(), session.facts().host
    if endpoint.socket is None or not host.start or not (host.dockerd or host.install):
        raise error
    lines = error.fix.commands if error.fix else ()
    session.agree(lines, "Run these commands now?", id=error.id)
    if not host.dockerd:
        engines.install(session.emit)
    engines.start(endpoint.socket, session.emit, session.clock)
    session.look_again()


def _with_images(exam: Exam, checks: tuple[Check, ...], *, fix: bool) -> Exam:
    """With the images that the round trips run: got, where that takes no recipe or with leave."""
    if not any(HELLO_WORLD_RUNS.id in (check.id, *check.needs) for check in checks):
        return exam
    try:
        got = _got(exam, fix=fix)
    except EnvcheckError as error:
        if error.exit_code == ExitCode.INVALID:  # not agreed to: what follows would ask again
            raise
        return replace(exam, no_images=error)
    return replace(exam, images={pin.name: here.reference for pin, here in got.items()})


def _got(exam: Exam, *, fix: bool) -> dict[Reference, Here]:
    session, wanted = exam.session, (HELLO_WORLD, BUSYBOX)
    known = Pins(recipes=recipes_of(exam.profile))
    found, _ = images.find_all(session, wanted, known)
    recipes = any(isinstance(one, ToGet) and one.source == "recipe" for one in found.values())
    if recipes and not (fix or session.yes):
        raise CannotCheck(
            "no registry answers for hello-world, so no container could be tried",
            id="docker.hello-world-missing",
            fix=Fix("build it from packages", ("envcheck doctor --fix",)),
        )
    return images.ensure(session, wanted, exam.owner.instance, known)


def _tidy(session: Session) -> None:
    """Without a profile there is no `clean` that would remove the images: so they go at once."""
    if not session.connected:  # it was asked before, and may take its time to say no once more
        return
    engine = session.engine()
    ledger = session.ledger()
    for record in ledger.images():
        if DOCTOR not in record.instances:
            continue
        if not record.before and record.instances == {DOCTOR}:
            engine.remove_image(record.reference)
        ledger.forget_use(record.reference, DOCTOR)
