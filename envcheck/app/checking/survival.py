"""`check --deep`: each service with a marker proves that its data outlives its container."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from envcheck.app.checking.recovery import recoveries
from envcheck.app.examination import Farewell, examine
from envcheck.core import events as ev
from envcheck.core.deeds import Deed
from envcheck.core.errors import EnvcheckError, Fix, Interrupted
from envcheck.core.order import in_order
from envcheck.core.situation import changed_parts
from envcheck.core.spec import Label, PortBinding, aside_name
from envcheck.run.executor import within
from envcheck.run.lookout import Lookout
from envcheck.run.ports import SystemClock
from envcheck.run.survival import Trial, judge_survival, prove
from envcheck.services.desired import desire

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envcheck.app.checking.subject import Instance, Subject
    from envcheck.app.checks.exam import Check, Exam
    from envcheck.core.spec import ContainerSpec
    from envcheck.run.survival import Survival

_SLACK = 600.0
"""Seconds that a proof may take besides the waiting for its service: nothing may cut it short while
a container is put aside, so this ends only what would never end."""


@dataclass
class Proofs:
    """The proofs of an instance. ``found`` are those that were really tried, by service."""

    instance: Instance
    found: dict[str, Survival] = field(default_factory=dict)

    def checks(self, subjects: Iterable[Subject]) -> tuple[Check, ...]:
        """A check for each service, each after those that it depends on."""
        by_name = {subject.name: subject for subject in subjects}
        services = self.instance.profile.services
        order = in_order({name: service.depends_on for name, service in services.items()})
        return tuple(self._check(by_name[name]) for name in order if name in by_name)

    def _check(self, subject: Subject) -> Check:
        check = subject.check(
            "survives",
            "whether its data outlives its container",
            lambda: self._prove(subject),
            rests=True,
            seconds=subject.patient.service.timeout + _SLACK,
        )
        return replace(check, after=tuple(f"service.{need}.survives" for need in subject.needs))

    def _prove(self, subject: Subject) -> ev.Result:
        spec = spec_of(subject)
        marker, reason = subject.target.kind.marker, _not_tried(subject, spec)
        id, title = f"service.{subject.name}.survives", f"{subject.name} survives"
        if reason or marker is None or spec is None:
            return ev.Result(id, title, "skip", reason)
        session = self.instance.session
        session.emit(ev.CheckStarted(id, title))
        trial = Trial(subject.patient, spec, marker)
        # A clock of its own for tidying up: the session's stops with the run.
        with self.instance.session.doing(Deed("rename", "container", spec.name)):
            found = prove(trial, session.engine(), Lookout(session.clock), SystemClock())
        if found.stopped:
            self.found[subject.name] = found
        if found.survived:
            change = ev.Change("recreated", "container", spec.name, "check --deep")
            session.emit(ev.Changed(change))
        return judge_survival(trial.target, found)


def spec_of(subject: Subject) -> ContainerSpec | None:
    """How `up` would make its container, on the ports that it has now; None where it cannot."""
    instance = subject.instance
    choice = instance.choices.get(subject.name)
    if choice is None:
        return None
    service = replace(instance.profile.services[subject.name], depends_on=())
    alone = replace(instance.profile, services={subject.name: service})
    spec = desire(alone, instance.owner, {subject.name: choice}).services[subject.name].container
    ports = (PortBinding(p.container, subject.state.ports.get(p.container)) for p in spec.ports)
    return replace(spec, ports=tuple(ports))


def _not_tried(subject: Subject, spec: ContainerSpec | None) -> str:
    """Why nothing is tried with a service, or nothing."""
    kind, up = subject.target.kind, f"`{subject.instance.command('up')}` makes it anew"
    if kind.marker is None and not subject.target.volumes:
        return f"{kind.product or 'it'} keeps no data"
    if kind.marker is None:
        return f"nothing is known of how {subject.target.product} keeps its data"
    if subject.access is None:
        return "it publishes no port to write through"
    root = subject.seen.labels.get(Label.ROOT)
    if root != subject.instance.owner.root:
        return f"it belongs to the profile in {root}"
    if reason := _no_way_aside(subject):
        return reason
    if spec is None:
        return "its image cannot be had here again"
    changed = changed_parts(subject.seen.fingerprint, spec.labels[Label.FINGERPRINT])
    if changed:
        return f"the profile's {' and '.join(changed)} changed since it was made: {up}"
    image = subject.instance.observed.image(spec.image)
    if image is None or image.id != subject.seen.image_id:
        return f"it runs another image than the profile means: {up}"
    return ""


def _no_way_aside(subject: Subject) -> str:
    """Why its container cannot be put aside, or nothing."""
    aside = subject.instance.observed.container(aside_name(subject.target.container))
    if aside is None:
        return ""
    if (aside.instance, aside.service) != (subject.instance.owner.instance, subject.name):
        return f"its container would be called {aside.name} meanwhile, and there is another of them"
    return (
        f"a proof that was killed has left {aside.name}: look at it, and remove it with "
        f"`docker rm {aside.name}`"
    )


def prove_all(instance: Instance, subjects: Sequence[Subject], exam: Exam) -> None:
    """Prove it for every service, see that those which depend on them work again, and say so."""
    before = _volumes(instance)
    proofs = Proofs(instance)
    examine(exam, proofs.checks(subjects), instance.results(), _PUTTING_BACK)
    examine(exam, recoveries(instance, subjects, tuple(proofs.found)))
    tidy = all(found.forgotten for found in proofs.found.values())
    if proofs.found and tidy and _volumes(instance) == before:
        instance.session.emit(ev.Note(NO_TRACE))


def broken_off(instance: Instance) -> Interrupted:
    """The error of proofs that were interrupted: which containers are not back in their places."""
    names = {aside_name(target.container) for target in instance.targets.values()}
    try:
        observed = within(_LOOK, instance.session.engine().observe)
        left = tuple(f"{c.name} is still put aside" for c in observed.containers if c.name in names)
    except (EnvcheckError, TimeoutError):
        left = ("whether all containers are back in their places is not known",)
    fix = (
        Fix("`up` puts it back where it can, and says where not", (instance.command("up"),))
        if left
        else None
    )
    return Interrupted("interrupted", id="interrupted", evidence=left, fix=fix)


_LOOK = 0.3  # seconds
_PUTTING_BACK = Farewell("putting back what was put aside; Ctrl-C again leaves it as it is", 60.0)
NO_TRACE = "No trace is left: the words are removed, and the volumes are the ones that were there."


def _volumes(instance: Instance) -> set[str]:
    """Every volume that is the instance's, or in a container of its."""
    observed, mine = instance.session.engine().observe(), instance.owner.instance
    labelled = {v.name for v in observed.volumes if v.labels.get(Label.INSTANCE) == mine}
    return labelled.union(*(container.volumes for container in observed.of_instance(mine)))
