"""Whether services reach each other by name on their network: a container of ours calls them."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from envcheck.app.checks.round_trips import BUSYBOX
from envcheck.core.errors import EnvcheckError, StepFailed
from envcheck.core.events import Result
from envcheck.core.pins import Pins
from envcheck.core.spec import network_name
from envcheck.images.sources import here
from envcheck.run import reach
from envcheck.run.readiness import main_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envcheck.app.checking.subject import Instance, Subject
    from envcheck.app.checks.exam import Check
    from envcheck.run.reach import Heard, Way

_NO_SHELL = "service.command-not-found"


class Call:
    """One round of calls, made when the first service asks what came of it.

    Whoever asks is a check in a thread of its own; one container serves them all.
    """

    def __init__(self, instance: Instance, ways: Sequence[Way]) -> None:
        self._instance = instance
        self._ways = ways
        self._lock = Lock()
        self._heard: Mapping[tuple[str, int], Heard] | EnvcheckError | None = None

    def heard(self) -> Mapping[tuple[str, int], Heard]:
        """What was heard, by name and port; empty where nothing could call.

        Raises:
            EnvcheckError: the engine could not run the caller.
        """
        with self._lock:
            if self._heard is None:
                try:
                    self._heard = self._make()
                except EnvcheckError as error:
                    self._heard = error
        if isinstance(self._heard, EnvcheckError):
            raise self._heard
        return self._heard

    def _make(self) -> dict[tuple[str, int], Heard]:
        engine, owner = self._instance.session.engine(), self._instance.owner
        command = reach.command((way.service, way.port) for way in self._ways)
        network = network_name(owner.instance)
        for image in _callers(self._instance):
            try:
                ran = engine.run_on_network(image, owner.labels(), network, command)
            except StepFailed as error:
                if error.id != _NO_SHELL:
                    raise
                continue
            heard = reach.read(ran.output)
            if reach.could_call(heard.values()):
                return heard
        return {}


def _callers(instance: Instance) -> Iterator[str]:
    """Images whose containers may be able to call: nothing is got for it.

    The doctor's own comes first. Where it is not here, what the instance runs may do as well:
    images of distributions have bash, those of Alpine have busybox.
    """
    present = here(BUSYBOX, instance.observed, Pins(recipes=instance.pins.recipes))
    if present is not None:
        yield present.reference
    seen = (instance.observed.container(t.container) for t in instance.targets.values())
    yield from dict.fromkeys(container.image_id for container in seen if container is not None)


def reached(instance: Instance, subjects: Sequence[Subject]) -> dict[str, Check]:
    """The question for each service that runs and has a port, by the service's name."""
    ways = {s.name: way for s in subjects if s.state.alive and (way := _way(s)) is not None}
    call = Call(instance, tuple(ways.values()))
    return {s.name: _check(s, ways[s.name], call) for s in subjects if s.name in ways}


def _way(subject: Subject) -> Way | None:
    port = main_port(subject.target) or subject.target.kind.port
    if port is None:
        return None
    network = network_name(subject.instance.owner.instance)
    joined = network in subject.seen.networks
    return reach.Way(subject.name, subject.target.container, network, port, joined)


def _check(subject: Subject, way: Way, call: Call) -> Check:
    id, title = f"service.{subject.name}.network", f"{subject.name} network"

    def look() -> Result:
        heard = call.heard()
        if not heard:
            doctor = subject.instance.command("doctor")
            return Result(id, title, "skip", f"nothing here could call it: `{doctor}` gets busybox")
        return reach.judge_reach(way, heard.get((way.service, way.port)))

    return subject.check("network", "whether others reach it by name", look, seconds=30)
