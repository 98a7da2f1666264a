"""Plans in tests: as lines that a test can compare, and as the names that they touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import assert_never

from envcheck.core import plan as p
from tests.unit.worlds import SHOP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.worlds import World


READY = "ready means: it answers"


def work(world: World, text: str = SHOP) -> list[str]:
    """The lines of a world's plan that do more than wait."""
    return [line for line in shown(world.plan(text)) if READY not in line]


def shown(plan: p.Plan) -> list[str]:
    """A line a step: number, act, cause, and the numbers of the steps that it waits for."""
    return [_line(step) for step in plan.steps]


def _line(step: p.Step) -> str:
    after = f" <- {' '.join(map(str, step.after))}" if step.after else ""
    return f"{step.id} {said(step.act)}: {step.cause}{after}"


def said(act: p.Act) -> str:
    """An act in few words."""
    match act:
        case p.PullImage() | p.BuildBase() | p.BuildRecipe() | p.BuildImage():
            return f"{type(act).__name__} {act.pin}"
        case p.CreateNetwork() | p.CreateVolume():
            return f"{_verb(act)} {act.spec.name}"
        case p.CreateContainer():
            ports = ",".join(f"{port.host or 'free'}:{port.container}" for port in act.spec.ports)
            return f"create {act.spec.name}" + (f" on {ports}" if ports else "")
        case p.RenameContainer():
            return f"rename {act.name} to {act.new}"
        case p.StartContainer() | p.StopContainer():
            return f"{_verb(act)} {act.name}"
        case p.AwaitReady():
            return f"await {act.service}"
        case p.ApplySeed() | p.LeaveSeed() | p.StartJob() | p.AwaitJob() | p.SkipJob():
            return f"{_verb(act)} {act.service}"
        case p.RemoveContainer() | p.RemoveNetwork() | p.RemoveVolume():
            return f"{_verb(act)} {act.name}"
        case p.RemoveImage():
            return f"remove image {act.reference}"
        case p.RunCheck():
            return f"check {act.id}"
        case _:
            assert_never(act)


def _verb(act: p.Act) -> str:
    names = {
        p.CreateNetwork: "create network",
        p.CreateVolume: "create volume",
        p.StartContainer: "start",
        p.ApplySeed: "seed",
        p.LeaveSeed: "leave seed of",
        p.StartJob: "start job",
        p.AwaitJob: "await job",
        p.SkipJob: "skip job",
        p.StopContainer: "stop",
        p.RemoveContainer: "remove",
        p.RemoveNetwork: "remove network",
        p.RemoveVolume: "remove volume",
    }
    return names[type(act)]


def touched(plan: p.Plan) -> Iterator[tuple[str, str]]:
    """(kind, name or id) of everything that stands on the engine already and that a plan touches.

    What the plan itself creates before it starts it is not among them.
    """
    created = {s.act.spec.name for s in plan.steps if isinstance(s.act, p.CreateContainer)}
    created |= {s.act.new for s in plan.steps if isinstance(s.act, p.RenameContainer)}
    for step in plan.steps:
        match step.act:
            case p.StartContainer(name=name) if name not in created:
                yield "container", name
            case p.StopContainer(name=name):
                yield "container", name
            case p.RemoveContainer(id=id) | p.RenameContainer(id=id):
                yield "container", id
            case p.RemoveNetwork(id=id):
                yield "network", id
            case p.RemoveVolume(name=name):
                yield "volume", name
            case p.RemoveImage(reference=reference):
                yield "image", reference
