"""Decisions about seeds: which volume is filled, which is filled anew, which is left alone. Pure.

Only a volume that was made empty for a seed is ever filled, and only until it has come into use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from envcheck.core.plan import ApplySeed, LeaveSeed
from envcheck.core.restoring import made_again
from envcheck.core.seeding import MARK, Mark, Unread
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.desired import DesiredService
    from envcheck.core.past import Past
    from envcheck.core.plan import PlanBuilder
    from envcheck.core.situation import Situation

NEW = "volume {volume} is new"
NOT_APPLIED = "volume {volume} was made for it"
UNKNOWN = "unless volume {volume} says that it was applied before"
UNFINISHED = "its seed was begun and not finished"
HALF = "putting back what its seed had made was not finished"
IN_USE = "volume {volume} is in use without the seed that it was made for"


@dataclass(frozen=True)
class SeedNeed:
    """What a service's volume needs, and why.

    ``anew`` means that the volume is thrown away first: nothing but a part of its seed was ever in
    it, and only an empty one is sure to hold nothing of that.
    """

    work: Literal["nothing", "apply", "anew", "leave"] = "nothing"
    cause: str = ""


_NOTHING = SeedNeed()


def seed_need(service: DesiredService, now: Situation) -> SeedNeed:
    """What the volume that holds a service's data needs."""
    if service.data is None:
        return _NOTHING
    name = service.data.volume
    volume = now.observed.volume(name)
    if volume is None:
        return SeedNeed("apply", NEW.format(volume=name)) if service.seed else _NOTHING
    if name in now.past.halves and made_again(volume.labels):
        return SeedNeed("anew", HALF)
    if Label.SEED not in volume.labels:
        return _NOTHING
    mark = now.past.mark(name)
    if service.seed is None:
        unfilled = mark is None or (isinstance(mark, Mark) and mark.state == "begun")
        return SeedNeed("leave", IN_USE.format(volume=name)) if unfilled else _NOTHING
    match mark:
        case None:
            return SeedNeed("apply", NOT_APPLIED.format(volume=name))
        case Unread():
            return SeedNeed("apply", UNKNOWN.format(volume=name))
        case Mark(state="begun"):
            return SeedNeed("anew", UNFINISHED)
        case _:
            return _NOTHING


def add_seed(build: PlanBuilder, service: DesiredService, need: SeedNeed) -> None:
    """The step that fills a service's volume, once its container runs."""
    if service.seed is not None and need.work in ("apply", "anew"):
        container = service.container.name
        act = ApplySeed(service.name, container, service.seed)
        key = ("seed", service.name)
        build.add(act, need.cause, key=key, after=(("start", container),))


def add_leave(build: PlanBuilder, service: DesiredService, need: SeedNeed) -> None:
    """The step that notes that a volume is in use, once its service is ready."""
    if service.data is not None and need.work == "leave":
        mark = f"{service.data.target.rstrip('/')}/{MARK}"
        act = LeaveSeed(service.name, service.container.name, mark)
        key = ("leave", service.name)
        build.add(act, need.cause, key=key, after=(("ready", service.name),))


def seed_notes(now: Situation) -> Iterator[str]:
    """What must be said of seeds that are declared and not applied."""
    for service in now.desired.services.values():
        if service.seed is None:
            continue
        volume = now.observed.volume(service.seed.volume)
        if volume is None:
            continue
        labelled = Label.SEED in volume.labels
        if text := _note(service, now.past, labelled=labelled):
            yield f"{service.name}: {text}"


def _note(service: DesiredService, past: Past, *, labelled: bool) -> str:
    if service.seed is None:
        return ""
    volume, anew = service.seed.volume, f"`clean --only {service.name}` and `up` fill it anew"
    mark = past.mark(volume)
    if not labelled or (isinstance(mark, Mark) and mark.state == "left"):
        return (
            f"the seed was not applied: volume {volume} was in use before it had one; {anew}, "
            "and what it holds is lost"
        )
    if isinstance(mark, Mark) and mark.state == "done" and mark.seed != service.seed.fingerprint:
        return f"the seed has changed since volume {volume} was filled; {anew}"
    return ""
