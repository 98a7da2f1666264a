"""Decisions about jobs: which must be run and why, which go on, which were done before. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.jobs import JobInputs, inputs_now
from envcheck.core.plan import AwaitJob, CreateContainer, SkipJob, StartJob
from envcheck.core.situation import Standing, changed_parts
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from collections.abc import Set

    from envcheck.core.desired import Desired, DesiredService
    from envcheck.core.plan import PlanBuilder
    from envcheck.core.situation import Situation

NOT_DONE = "it was not done yet"
UNFINISHED = "it was begun and not finished"
ASKED_FOR = "all jobs are to be run again"
GOES_ON = "an earlier run began it"
DONE_BEFORE = "it was done before, and nothing that it depends on has changed"


def job_standing(service: DesiredService, now: Situation, new: Set[str]) -> Standing:
    """How a job stands; it must be run where there is a reason to make its container anew.

    A job of a run that was killed goes on in its container. It is waited for rather than run a
    second time beside itself, as long as it is the same job.

    Args:
        service: the job.
        now: all that is decided from.
        new: volumes that the plan will create.
    """
    seen = now.observed.container(service.container.name)
    cause = _cause(service, now, new)
    if cause:
        return Standing(seen, cause)
    if now.past.jobs[service.name].done:
        return Standing(seen, rests=True)
    goes_on = seen is not None and seen.id == now.past.jobs[service.name].container
    if seen and goes_on and (seen.state == "running" or seen.id in now.past.succeeded):
        return Standing(seen)
    return Standing(seen, UNFINISHED)


def _cause(service: DesiredService, now: Situation, new: Set[str]) -> str:
    """Why a job must be run, whatever has become of its container; or nothing."""
    record = now.past.jobs.get(service.name)
    if record is None:
        return NOT_DONE
    inputs = job_inputs(service, now.desired)
    made = [volume for volume in inputs.volumes if volume in new]
    changed = changed_parts(record.inputs, inputs_now(inputs, now.observed))
    made += [name for name in changed if name in inputs.volumes and name not in made]
    # An image that is not here yet is no other one for that.
    unseen = {"image-id"} if now.observed.image(inputs.image) is None else set()
    spec = [name for name in changed if name not in {*inputs.volumes, *unseen}]
    if made:
        return f"volume {made[0]} is new"
    if spec:
        names = dict.fromkeys("image" if name == "image-id" else name for name in spec)
        return f"{' and '.join(names)} changed"
    return ASKED_FOR if now.rerun_jobs else ""


def job_inputs(service: DesiredService, desired: Desired) -> JobInputs:
    """What a job is done from."""
    about = (service, *(desired.services[need] for need in desired.needs_of(service.name)))
    volumes = dict.fromkeys(volume.name for each in about for volume in each.volumes)
    container = service.container
    return JobInputs(container.labels[Label.FINGERPRINT], container.image, tuple(volumes))


def add_job(
    build: PlanBuilder, service: DesiredService, standing: Standing, desired: Desired
) -> None:
    """The steps of a job; its old container was taken away before."""
    name, container = service.name, service.container.name
    if standing.rests:
        build.add(SkipJob(name, container), DONE_BEFORE, key=("ready", name))
        return
    if standing.keep:
        build.add(AwaitJob(name, container), GOES_ON, key=("ready", name))
        return
    needs = (
        ("network", service.container.network),
        *(("volume", volume.name) for volume in service.volumes),
    )
    cause = standing.stale or NOT_DONE
    create = CreateContainer(service.container, standing.stale if standing.seen else "")
    build.add(create, cause, key=("create", container), after=(*needs, ("remove", container)))
    ready = tuple(("ready", need) for need in service.depends_on)
    start = StartJob(container, name, job_inputs(service, desired))
    build.add(
        start, "it is created", key=("start", container), after=(("create", container), *ready)
    )
    build.add(
        AwaitJob(name, container),
        "done means: it ends with 0",
        key=("ready", name),
        after=(("start", container),),
    )
