"""plan: what `up` would do and why, as steps; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.app import builds, images, offers, passwords, seeds
from envcheck.app.loading import load, owner_of, tell_warnings
from envcheck.app.locking import pins_for, tell_locks
from envcheck.app.past import past_of
from envcheck.app.ports import spare_ports, taken_ports
from envcheck.core import events as ev
from envcheck.core.decide import decide_up
from envcheck.core.plan import Plan, Step
from envcheck.core.situation import Situation
from envcheck.services.desired import desire

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.app.session import Session


def plan(session: Session, name: str) -> Plan:
    """The whole of what ``up`` would do, numbered in one row.

    Raises:
        EnvcheckError: `up` could not be carried out, as far as that can be seen without trying.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("plan", profile.name, owner.instance, profile.description))
    tell_warnings(session, profile)
    passwords.refuse_lost(session, profile, owner.instance)
    profile = passwords.shown(profile)
    seen = seeds.find_seeds(profile)
    own = builds.builds_of(profile)
    wanted = builds.pins_of(profile, own)
    pins = pins_for(profile, wanted)
    found, observed = images.find_all(session, wanted, pins)
    tell_locks(session, profile, pins, found)
    images.tell_replaced(session, found, pins.recipes)
    found, _ = offers.settled(session, found, pins.recipes)
    gets = images.plan_images(found, observed)
    makes = builds.plan_builds(owner, own, found, observed)
    choices = builds.choose(profile, own, found)
    desired = desire(profile, owner, choices, seen)
    seeds.refuse_placeless(profile, desired)
    past = past_of(session, desired, observed, look=False)
    taken = taken_ports(profile, past)
    spare = spare_ports(session, desired, observed)
    acts = decide_up(Situation(desired, observed, taken, past, spare=spare))
    return Plan(tuple(_in_a_row((gets, makes, acts))))


def _in_a_row(plans: Iterable[Plan]) -> Iterable[Step]:
    """The steps of several plans, numbered on; each plan begins when the one before has ended."""
    first = 0
    for part in plans:
        for step in part.steps:
            after = tuple(number + first for number in step.after)
            yield Step(step.id + first, step.act, step.cause, after)
        first += len(part.steps)
