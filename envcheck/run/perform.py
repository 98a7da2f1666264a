"""Doing one act on the engine, and telling what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core import plan as p
from envcheck.core.decide import service_of
from envcheck.core.errors import EnvcheckError, StepFailed
from envcheck.core.exit_codes import meaning
from envcheck.core.seeding import Mark
from envcheck.run.identity import judge_data, judge_version
from envcheck.run.jobs import (
    UNCHANGED,
    await_job,
    start_job,
    tell_done,
    tell_done_before,
)
from envcheck.run.readiness import WAS_READY, Ready, ServiceUnready, Target, await_ready, died
from envcheck.run.seeds import Seeding, mark_volume
from envcheck.run.supplies import NO_SUPPLIES, Supplies
from envcheck.run.verdicts import verdict_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from envcheck.run.lookout import Lookout
    from envcheck.run.ports import Engine


Explain = Callable[[Target, EnvcheckError], EnvcheckError]

_SHOWN_LINES = 50
MOST_PORTS = 5
"""How often a container is made anew on other ports, where each is taken before it starts."""


class Performer:
    """Does the acts of a plan on an engine.

    Args:
        engine: where to do them.
        lookout: for waiting.
        emit: hears what happens.
        targets: the services, by name, for the acts that wait for them.
        fresh: the services that this run starts; the others were running before.
        explain: names the fault that a service's failure is a sign of.
        supplies: what jobs and seeds need besides.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what is done, by whom, and who hears of it
        self,
        engine: Engine,
        lookout: Lookout,
        emit: ev.Emit,
        targets: Mapping[str, Target],
        fresh: Set[str] = frozenset(),
        explain: Explain = lambda _target, error: error,
        supplies: Supplies = NO_SUPPLIES,
    ) -> None:
        self._engine = engine
        self._lookout = lookout
        self._now = lookout.clock.now
        self._emit = emit
        self._targets = targets
        self._fresh = fresh
        self._explain = explain
        self._supplies = supplies
        self._seeding: dict[str, float] = {}
        self._begun: dict[str, float] = {}
        self._ready: set[str] = set()
        self._lost: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, act: p.Act) -> None:
        """Do one act.

        Raises:
            EnvcheckError: it could not be done; where the act concerns a service, its failure has
                been told already.
        """
        service = service_of(act)
        if service:
            with self._lock:
                self._begun.setdefault(service, self._now())
        try:
            self._do(act)
        except EnvcheckError as error:
            if service not in self._targets:
                raise
            raise self._failed(service, error) from error

    def confirm(self, service: str) -> None:
        """See that a service which was ready still runs; tell it where it does not.

        Raises:
            EnvcheckError: it has ended meanwhile.
        """
        target = self._targets[service]
        if not self._lookout.ended(target.container):
            return
        state = self._engine.inspect_container(target.container)
        if state.alive or not self._no_longer_ready(service):
            return
        raise self._failed(service, died(target, state, self._engine, WAS_READY))

    def notice(self, container: str) -> bool:
        """A container has ended: tell it at once where its service was ready.

        One that its policy starts again is judged at the end only, by whether it runs then.

        Returns:
            Whether that is a failure of its service.
        """
        names = (name for name, target in self._targets.items() if target.container == container)
        name = next(names, "")
        if name in self._ready and self._targets[name].service.restart == "no":
            with suppress(EnvcheckError):  # told, as the service's failure
                self.confirm(name)
        return name in self._lost

    def lost(self, act: p.Act) -> bool:
        """Whether an act was a wait for a service that was ready and is so no longer."""
        return isinstance(act, p.AwaitReady) and act.service in self._lost

    def _no_longer_ready(self, service: str) -> bool:
        """Whether it was ready until now; the end of one service is told once."""
        with self._lock:
            was_ready = service in self._ready
            self._ready.discard(service)
            if was_ready:
                self._lost.add(service)
            return was_ready

    def _failed(self, service: str, error: EnvcheckError) -> EnvcheckError:
        try:
            explained = self._explain(self._targets[service], error)
        except EnvcheckError:  # the engine went away meanwhile: what is known is told all the same
            explained = error
        self._tell_failure(service, explained)
        return explained

    def _do(self, act: p.Act) -> None:
        engine = self._engine
        match act:
            case p.CreateNetwork():
                engine.create_network(act.spec)
                self._changed("created", "network", act.spec.name)
            case p.CreateVolume():
                engine.create_volume(act.spec)
                self._made("volume", act.spec.name, act.cause)
            case p.CreateContainer():
                engine.create_container(act.spec)
                self._made("container", act.spec.name, act.cause)
            case p.StartContainer():
                self._start(act)
            case p.StopContainer():
                engine.stop_container(act.name, act.grace)
                self._changed("stopped", "container", act.name)
            case p.RenameContainer():
                engine.rename_container(act.id, act.new)
                self._changed("renamed", "container", act.new, cause=f"it was {act.name}")
            case p.RemoveContainer():
                engine.remove_container(act.id)
                self._changed("removed", "container", act.name)
            case p.RemoveNetwork():
                engine.remove_network(act.id)
                self._changed("removed", "network", act.name)
            case p.RemoveVolume():
                engine.remove_volume(act.name)
                self._changed("removed", "volume", act.name)
            case p.RemoveImage():
                engine.remove_image(act.reference)
                self._changed("removed", "image", act.reference, size=act.size)
            case p.AwaitReady():
                self._await(self._targets[act.service])
            case p.StartJob() | p.AwaitJob() | p.SkipJob():
                self._job(act)
            case p.ApplySeed():
                self._seed(act)
            case p.LeaveSeed():
                mark_volume(engine, act.container, act.mark, Mark("left", ""))
            case _:
                raise StepFailed(f"this engine cannot do {act}", id="bug.unknown-act")

    def _start(self, act: p.StartContainer) -> None:
        """Start a container; where somebody took its port since that was settled, on another."""
        tries = 0
        while not self._started(act, last=tries == MOST_PORTS):
            tries += 1
        self._changed("started", "container", act.name)

    def _started(self, act: p.StartContainer, *, last: bool) -> bool:
        """Whether it could be started; where not, it is made anew on other ports."""
        try:
            self._engine.start_container(act.name)
        except EnvcheckError as error:
            spec = None if last else self._supplies.rebound(act.service, error)
            if spec is None:
                raise
        else:
            return True
        # By its id: what could not be started is what goes, whatever has its name by then.
        self._engine.remove_container(self._engine.inspect_container(act.name).id)
        self._engine.create_container(spec)
        self._made("container", act.name, "its port was taken meanwhile")
        return False

    def _job(self, act: p.StartJob | p.AwaitJob | p.SkipJob) -> None:
        target, jobs = self._targets[act.service], self._supplies.jobs
        match act:
            case p.StartJob():
                start_job(act, self._engine, jobs)
                self._changed("started", "container", act.name)
            case p.AwaitJob():
                self._emit(ev.ServiceProgress(act.service, "running"))
                post = self._lookout.post(act.container)
                seconds = await_job(target, self._engine, post, jobs)
                tell_done(target, self._emit, seconds)
            case p.SkipJob():
                tell_done_before(target, self._emit, UNCHANGED)

    def _seed(self, act: p.ApplySeed) -> None:
        target, begun = self._targets[act.service], self._now()
        post = self._lookout.post(act.container)
        contents = self._supplies.contents
        Seeding(target, act.seed, self._engine, post, contents, self._emit).do()
        self._changed("seeded", "volume", act.seed.volume)
        self._seeding[act.service] = self._now() - begun
        self._supplies.seeded(act, self._seeding[act.service])

    def _made(self, kind: ev.ObjectKind, name: str, cause: str) -> None:
        self._changed("recreated" if cause else "created", kind, name, cause=cause)

    def _changed(
        self,
        action: ev.Action,
        kind: ev.ObjectKind,
        name: str,
        *,
        size: int | None = None,
        cause: str = "",
    ) -> None:
        self._emit(ev.Changed(ev.Change(action, kind, name, cause, size)))

    def _await(self, target: Target) -> None:
        fresh = target.service.name in self._fresh
        post = self._lookout.post(target.container)
        ready = await_ready(target, self._engine, post, self._emit, settled=not fresh)
        # What was asked before its seed was applied was no first answer for anybody else.
        before = self._seeding.get(target.service.name, 0.0)
        ready = replace(ready, seconds=before + ready.seconds)
        # Not only of what this run has started: who started it may have been killed over it.
        if ready.state.ports:  # one that has lost its network has none, and gets them back
            self._supplies.ports.hold(target.service.name, ready.state.ports)
        tell_ready(target, ready, self._emit, fresh=fresh)
        with self._lock:
            self._ready.add(target.service.name)

    def _tell_failure(self, service: str, error: EnvcheckError) -> None:
        target = self._targets[service]
        seconds = self._now() - self._begun[service]
        unready = error if isinstance(error, ServiceUnready) else None
        state = unready.state if unready else None
        ended = state is not None and not state.alive
        self._emit(
            ev.ServiceFailed(
                service=service,
                id=error.id,
                container=target.container,
                summary=error.what,
                seconds=seconds,
                evidence=error.evidence,
                logs=unready.logs[-_SHOWN_LINES:] if unready else (),
                fix=error.fix,
                image=target.image.shown,
                digest=target.image.digest,
                source=target.image.source,
                state=state.status if state else "",
                exit_code=state.exit_code if state and ended else None,
                meaning=meaning(state.exit_code) if state and ended else "",
                heard=unready.heard if unready else "",
            )
        )
        question = f"{service}.{'done' if target.kind.job else 'ready'}"
        self._emit(ev.Checked(verdict_on(question, "fail", error.what, error, seconds)))


def tell_ready(target: Target, ready: Ready, emit: ev.Emit, *, fresh: bool) -> None:
    """Tell that a service answered, whether as what its profile pins, and where its data goes."""
    service = target.service
    emit(
        ev.ServiceReady(
            service=service.name,
            image=target.image.shown,
            digest=target.image.digest,
            source=target.image.source,
            container=target.container,
            endpoint=ready.endpoint,
            version=ready.version,
            product=target.product,
            seconds=ready.seconds,
            volumes=target.volumes,
            after=service.depends_on,
            fresh=fresh,
        )
    )
    said = _answered(target, ready)
    emit(ev.Checked(verdict_on(f"{service.name}.ready", "pass", said, seconds=ready.seconds)))
    version = judge_version(service.name, target.product, target.image.pin, ready.version)
    data = judge_data(service.name, ready.data_path, ready.state.mounts, target.volumes)
    for verdict in (version, data):
        if verdict is not None:
            emit(ev.Checked(verdict))


def _answered(target: Target, ready: Ready) -> str:
    if target.kind.probe is None and not target.service.verify:
        return "runs; nothing more was asked of it, since the profile has no `verify`"
    where = f" at {ready.endpoint}" if ready.endpoint else ""
    return f"answered{where} after {ready.seconds:.2f} s"
