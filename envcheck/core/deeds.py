"""What acts do to objects on the engine, in the words in which a run's journal is kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core import plan as p

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.core.plan import Act

MAKES = frozenset({"create", "pull", "build", "load"})
"""The verbs after which there is something that may not have been there before."""


@dataclass(frozen=True)
class Deed:
    """Something that a run does to an object.

    Attributes:
        verb: create, start, stop, rename, remove, pull, build, load or fill.
        kind: container, network, volume or image.
        done: whether it was brought to its end; where not, nobody knows what came of it.
    """

    verb: str
    kind: str
    name: str
    done: bool = False

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.name}"


def deeds_of(act: Act) -> tuple[Deed, ...]:
    """What an act does to objects; nothing for one that only looks or waits."""
    match act:
        case p.PullImage():
            names = (act.reference, *((act.mirror,) if act.mirror else ()))
            return tuple(Deed("pull", "image", str(name)) for name in names)
        case p.BuildBase() | p.BuildRecipe() | p.BuildImage():
            return (Deed("build", "image", act.tag),)
        case p.CreateNetwork():
            return (Deed("create", "network", act.spec.name),)
        case p.CreateVolume():
            return (Deed("create", "volume", act.spec.name),)
        case p.CreateContainer():
            return (Deed("create", "container", act.spec.name),)
        case p.StartContainer() | p.StartJob():
            return (Deed("start", "container", act.name),)
        case p.StopContainer():
            return (Deed("stop", "container", act.name),)
        case p.RenameContainer():
            return (Deed("rename", "container", act.name),)
        case p.ApplySeed():
            return (Deed("fill", "volume", act.seed.volume),)
        case _:
            return _removal(act)


def _removal(act: Act) -> tuple[Deed, ...]:
    match act:
        case p.RemoveContainer():
            return (Deed("remove", "container", act.name),)
        case p.RemoveNetwork():
            return (Deed("remove", "network", act.name),)
        case p.RemoveVolume():
            return (Deed("remove", "volume", act.name),)
        case p.RemoveImage():
            return (Deed("remove", "image", act.reference),)
        case _:
            return ()


def made(deeds: Iterable[Deed]) -> tuple[Deed, ...]:
    """What has been made and not removed again, in that order; what is under way counts."""
    found: dict[tuple[str, str], Deed] = {}
    for deed in deeds:
        if deed.verb in MAKES:
            found[deed.kind, deed.name] = deed
        elif deed.verb == "remove" and deed.done:
            found.pop((deed.kind, deed.name), None)
    return tuple(found.values())
