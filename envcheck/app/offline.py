"""Without a network: what must be here already, and which checks of a machine make sense then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app.checks.round_trips import (
    BUSYBOX,
    HELLO_WORLD,
    HELLO_WORLD_RUNS,
    INSIDE,
    REGISTRY,
)
from envcheck.app.loading import recipes_of
from envcheck.core.errors import Fix, ObjectMissing
from envcheck.core.events import Note
from envcheck.core.pins import Pins
from envcheck.images.sources import here

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.app.checks.exam import Check
    from envcheck.app.session import Session
    from envcheck.core.profile import Profile
    from envcheck.core.reference import Reference

_ASKING_OUTSIDE = (REGISTRY.id, INSIDE.id)


def settled(pins: Pins) -> Pins:
    """The pins, where what recipes of an older envcheck have built will do as well."""
    return replace(pins, recipes=replace(pins.recipes, settled=True))


def refuse_missing(
    session: Session, profile: Profile, references: Iterable[Reference], pins: Pins
) -> None:
    """See that every image is here already, so that nobody need be asked for one.

    Raises:
        ObjectMissing: some are not; the error names them all.
    """
    observed = session.engine().observe()
    missing = [str(pin) for pin in references if here(pin, observed, pins) is None]
    if missing:
        raise ObjectMissing(
            f"not here, and --offline asks nobody for them: {', '.join(missing)}",
            id="offline.image-missing",
            fix=Fix(
                "load a bundle of this profile, made where there is a network",
                (f"envcheck bundle save {profile.name} -o FILE", "envcheck bundle load FILE"),
            ),
        )


def inward(session: Session, profile: Profile, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks that ask nobody outside; those that run containers only where images for it are.

    Raises:
        EngineUnusable: there is no engine; none can be installed without a network.
    """
    checks = tuple(check for check in checks if check.id not in _ASKING_OUTSIDE)
    observed = session.engine().observe()
    known = settled(Pins(recipes=recipes_of(profile)))
    if here(HELLO_WORLD, observed, known) and here(BUSYBOX, observed, known):
        return checks
    names = f"{HELLO_WORLD.name} and {BUSYBOX.name}"
    session.emit(Note(f"{names} are not both here: no container is tried before the services"))
    run = HELLO_WORLD_RUNS.id
    return tuple(check for check in checks if run not in (check.id, *check.needs))
