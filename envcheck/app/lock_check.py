"""lock --check: does the lockfile fit the profile, and is every tag still what was locked?"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app.locking import lock_of
from envcheck.app.pinned import begin, registries
from envcheck.core import events as ev
from envcheck.core.errors import EnvcheckError, Fix, StepFailed
from envcheck.core.reference import short_digest
from envcheck.host.lockfiles import lock_path

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.app.pinned import Pinned
    from envcheck.app.session import Session
    from envcheck.core.lockfile import LockedImage
    from envcheck.core.reference import Reference
    from envcheck.images.registry.asking import Answer, Registries


def check_lock(session: Session, name: str) -> Path:
    """Tell whether a profile's lockfile holds, image by image.

    Returns:
        Where the lockfile is, or would be.

    Raises:
        EnvcheckError: a registry could not be asked; the others were asked all the same.
    """
    pinned = begin(session, "lock", name)
    path = lock_path(pinned.profile)
    lock = lock_of(pinned.profile)
    if lock is None:
        text = f"there is no {path}"
        missing = ev.Result("lock.file", "lockfile", "fail", text, fault="lock.missing")
        session.emit(ev.Checked(replace(missing, fix=_relock(pinned))))
        return path
    failures: list[EnvcheckError] = []
    with registries(session) as known:
        for reference in pinned.images:
            try:
                result = _verdict(session, known, pinned, lock.images.get(reference), reference)
            except StepFailed as error:  # noqa: PERF203 - the others are asked all the same
                failures.append(error)
            else:
                session.emit(ev.Checked(result))
    for reference in lock.surplus(pinned.images):
        text = "locked, and the profile does not pin it any more"
        session.emit(ev.Checked(_stale(reference, pinned, text)))
    if failures:
        raise failures[0]
    return path


def _verdict(
    session: Session,
    known: Registries,
    pinned: Pinned,
    locked: LockedImage | None,
    reference: Reference,
) -> ev.Result:
    if locked is None:
        return _stale(reference, pinned, "not locked")
    begun = time.monotonic()
    session.emit(ev.CheckStarted(f"lock.{reference}", str(reference)))
    result = _compared(locked, known.digest(reference), pinned)
    return replace(result, seconds=time.monotonic() - begun)


def _compared(locked: LockedImage, answer: Answer[str], pinned: Pinned) -> ev.Result:
    id, title, now = f"lock.{locked.reference}", str(locked.reference), answer.value
    by = f", says the mirror {answer.place.host}" if answer.place.mirror else ""
    if now == locked.digest:
        return ev.Result(id, title, "pass", f"still {short_digest(now)}{by}", evidence=(now,))
    service = pinned.services[locked.reference][0]
    return ev.Result(
        id,
        title,
        "fail",
        f"moved: locked as {short_digest(locked.digest)}, now {short_digest(now)}{by}",
        evidence=(f"locked on {locked.resolved[:10]}: {locked.digest}", f"now: {now}"),
        fix=Fix(
            "`up` goes on with the locked one; see what has changed, then move on",
            (f"envcheck lock {pinned.profile.name} --upgrade {service}",),
        ),
        fault="lock.moved",
    )


def _stale(reference: Reference, pinned: Pinned, text: str) -> ev.Result:
    id, title = f"lock.{reference}", str(reference)
    return ev.Result(id, title, "fail", text, fix=_relock(pinned), fault="lock.stale")


def _relock(pinned: Pinned) -> Fix:
    return Fix("make it fit, and commit it", (f"envcheck lock {pinned.profile.name}",))
