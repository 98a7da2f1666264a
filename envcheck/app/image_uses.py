"""Who uses an image: on record before it is used, and looked at again before it is removed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from envcheck.app.state import settled_by
from envcheck.core.errors import ObjectConflict
from envcheck.core.observed import name_on_engine
from envcheck.core.plan import RemoveImage
from envcheck.core.recipe import BY_HAND
from envcheck.core.spec import LOCAL_REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed
    from envcheck.core.plan import Act


def record(session: Session, reference: str, instance: str, observed: Observed) -> None:
    """Record that an instance uses an image, before it is got or used."""
    seen = observed.image(reference)
    before = seen is not None and not seen.made_here
    with session.settling("images"):  # not between the last look of whoever removes it, and that
        if seen is None:  # one that was built by hand before is gone since
            session.ledger().forget_use(reference, BY_HAND)
        session.ledger().use(reference, instance, before=before)


def guarded(session: Session, perform: Callable[[Act], None]) -> Callable[[Act], None]:
    """What does an act for the instance that is held; an image that another uses by now stays."""
    instance = session.journal.instance if session.journal else ""

    def do(act: Act) -> None:
        if not isinstance(act, RemoveImage):
            perform(act)
            return
        with session.settling("images"):
            _refuse(session, instance, act.reference)
            perform(act)

    return do


def _refuse(session: Session, instance: str, reference: str) -> None:
    """See that nobody else uses an image, and that it is not being built.

    Raises:
        ObjectConflict: somebody does, or it may be.
    """
    for known in session.ledger().images():
        others = sorted(known.instances - {instance})
        if others and name_on_engine(known.reference) == reference:
            raise ObjectConflict(f"instance {others[0]} uses it now", id="image.in-use")
    builder = settled_by(session.folder(), "recipes")
    if builder and builder.pid != os.getpid() and reference.startswith(f"{LOCAL_REGISTRY}/"):
        text = f"process {builder.pid} builds images from packages right now"
        raise ObjectConflict(text, id="image.in-use")
