"""What a teardown destroys, for whoever is asked: how large it is, and when it was last used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core import plan as p
from envcheck.core.figures import ago, size
from envcheck.core.spec import LOCAL_REGISTRY, Label
from envcheck.core.stamps import moment as moment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from envcheck.app.session import Session
    from envcheck.core.observed import Observed, SeenVolume
    from envcheck.core.plan import Plan

_WIDE = 42


@dataclass(frozen=True)
class Losses:
    """What a plan removes; ``count`` gives the bytes of volumes, as far as the engine can."""

    session: Session
    plan: Plan
    observed: Observed
    count: Callable[[], Mapping[str, int]]

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Bytes of the volumes; asked once, and only where somebody wants to know."""
        volumes = any(isinstance(step.act, p.RemoveVolume) for step in self.plan.steps)
        return self.count() if volumes else {}

    def removals(self) -> Iterator[ev.WouldRemove]:
        """Each thing that goes, with what speaks for or against letting it go."""
        for step in self.plan.steps:
            match step.act:
                case p.RemoveContainer(name=name):
                    yield ev.WouldRemove("container", name)
                case p.RemoveNetwork(name=name):
                    yield ev.WouldRemove("network", name)
                case p.RemoveVolume(name=name):
                    yield ev.WouldRemove("volume", name, self.sizes.get(name), self._last_use(name))
                case p.RemoveImage(reference=reference, size=bytes_taken):
                    reason = self._why(reference)
                    yield ev.WouldRemove("image", reference, bytes_taken, reason)

    def lines(self) -> tuple[str, ...]:
        """The same for the question: first what cannot be had again."""
        order = ("volume", "image", "container", "network")
        things = sorted(self.removals(), key=lambda thing: order.index(thing.kind))
        return tuple(_line(thing) for thing in things)

    @property
    def data(self) -> tuple[str, ...]:
        """The volumes among it that are not empty, or may not be."""
        names = (s.act.name for s in self.plan.steps if isinstance(s.act, p.RemoveVolume))
        return tuple(name for name in names if self.sizes.get(name, 1))

    def _last_use(self, name: str) -> str:
        """When somebody last had the volume; when something was last written, no engine tells."""
        users = [c for c in self.observed.containers if name in c.volumes]
        if any(user.state in ("running", "paused", "restarting") for user in users):
            return "in use now"
        engine = self.session.engine()
        ends = [moment_of(engine.inspect_container(user.id).finished_at) for user in users]
        known = [end for end in ends if end is not None]
        if known:
            return f"last used {_ago(max(known))}"
        volume = self.observed.volume(name)
        return "no container has it" + (_made(volume) if volume else "")

    def _why(self, reference: str) -> str:
        image = self.observed.image(reference)
        labels = image.labels if image else {}
        if labels.get(Label.INSTANCE):
            return "built by this profile"
        if reference.startswith(f"{LOCAL_REGISTRY}/") or labels.get(Label.RECIPE):
            return "built from packages, used by nobody else"
        return "brought here by this profile, used by nobody else"


def _made(volume: SeenVolume) -> str:
    moment = moment_of(volume.labels.get(Label.MADE, ""))
    return f", made {_ago(moment)}" if moment else ""


def _ago(moment: datetime) -> str:
    return ago((datetime.now(timezone.utc) - moment).total_seconds())


def _line(thing: ev.WouldRemove) -> str:
    name = f"{thing.kind:<10} {thing.name:<{_WIDE}}"
    bytes_taken = size(thing.size) if thing.size is not None else ""
    return f"{name} {bytes_taken:>8}   {thing.note}".rstrip()
