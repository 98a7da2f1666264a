"""Survival: the proof that what a service keeps outlives its container.

A word is written through the real client, the container is made anew from the same spec, and the
word is read back. The container that was there is only put aside meanwhile: where the word is gone,
or anything else goes wrong, it takes its place again with all that it holds. So the proof loses
nothing, least of all where it fails.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.core.errors import EnvcheckError, Fix
from envcheck.core.events import Result, Status
from envcheck.core.spec import Label, aside_name
from envcheck.run.identity import DATA_OUTSIDE, judge_data
from envcheck.run.poll import poll
from envcheck.run.readiness import ServiceUnready, access_to, await_ready
from envcheck.services.kind import KeepsNothing, NotReady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envcheck.core.spec import ContainerSpec
    from envcheck.run.lookout import Lookout
    from envcheck.run.ports import Engine, Pauses
    from envcheck.run.readiness import Ready, Target
    from envcheck.services.kind import Access, Marker

DATA_LOST = "service.data-lost"
MARKER_LEFT = "service.marker-left"

_GRACE = 10
"""Seconds that the container on trial has to end: it has only just begun, and may hear no signal
yet. The one that was there has as long as its kind needs."""
_FORGETTING = 20.0
"""Seconds for which the word is tried to be removed, while its server comes up again."""


@dataclass(frozen=True)
class Trial:
    """What is tried.

    Attributes:
        target: the service, with the time that it may take to become ready again.
        spec: how its container is made.
        marker: how a word is left in its data.
    """

    target: Target
    spec: ContainerSpec
    marker: Marker


@dataclass(frozen=True)
class Survival:
    """What came of it.

    Attributes:
        stopped: whether its container was stopped at all.
        survived: whether the word was there, so that its container is another one now.
        forgotten: whether the word is gone again.
        ready: what the new container said, where it answered.
        error: why there was no new container, or why it did not answer.
        back: whether the one that was there runs again, where there was such an error.
        refusal: why no word was written.
        keeps: whether the service keeps anything at all.
    """

    stopped: bool = False
    survived: bool = False
    forgotten: bool = True
    ready: Ready | None = None
    error: EnvcheckError | None = None
    back: bool = True
    refusal: str = ""
    keeps: bool = True


def prove(trial: Trial, engine: Engine, lookout: Lookout, pauses: Pauses) -> Survival:
    """Write, make the container anew, read, and take the word away again.

    Args:
        trial: what is tried.
        engine: where.
        lookout: for waiting until the new container answers; an interruption ends that.
        pauses: for waiting afterwards, to tidy up, which an interruption does not end.

    Raises:
        StepFailed: the engine could not be asked before anything was changed.
    """
    word = secrets.token_hex(8)
    try:
        _with_access(trial, engine, lambda access: trial.marker.write(access, word))
        found = _over_a_new_container(trial, engine, lookout, word)
    except KeepsNothing as reason:
        found = Survival(refusal=str(reason), keeps=False)
    except NotReady as reason:
        found = Survival(refusal=str(reason))
    finally:
        # Whatever came of it, the interruption of the run included.
        forgotten = _forget(trial, engine, pauses, word)
    return replace(found, forgotten=forgotten)


def _over_a_new_container(trial: Trial, engine: Engine, lookout: Lookout, word: str) -> Survival:
    ready: Ready | None = None
    was = engine.inspect_container(trial.spec.name).id
    try:
        with _replaced(trial.spec, was, engine) as keep:
            post = lookout.post(trial.spec.name)
            ready = await_ready(trial.target, engine, post, lambda _event: None, settled=True)
            kept = _with_access(trial, engine, lambda access: trial.marker.read(access, word))
            if kept == word:
                keep()
    except EnvcheckError as error:
        back = _runs(was, trial.spec.name, engine)
        return Survival(stopped=True, ready=ready, error=error, back=back)
    except NotReady as reason:
        silent = ServiceUnready(f"it was ready, and then: {reason}", id=DATA_LOST)
        return Survival(stopped=True, ready=ready, error=silent)
    return Survival(stopped=True, survived=kept == word, ready=ready)


def _runs(id: str, name: str, engine: Engine) -> bool:
    """Whether that container runs under this name, as far as the engine tells."""
    with suppress(EnvcheckError):
        now = engine.inspect_container(name)
        return now.id == id and now.alive
    return False


@contextmanager
def _replaced(spec: ContainerSpec, was: str, engine: Engine) -> Iterator[Callable[[], None]]:
    """A new container in the place of the one that is there, whose id is ``was``.

    Unless it is told to keep the new one, the one that was there has its place back at the end.
    """
    name, aside = spec.name, aside_name(spec.name)
    kept: list[bool] = []
    engine.stop_container(name)
    try:
        engine.rename_container(name, aside)
        try:
            engine.create_container(spec)
            engine.start_container(name)
            yield lambda: kept.append(True)
        finally:
            if kept:
                engine.remove_container(aside)
            else:
                _give_way(spec, engine)
                engine.rename_container(aside, name)
    finally:
        if not kept:
            engine.start_container(was)


def _give_way(spec: ContainerSpec, engine: Engine) -> None:
    """Take the new container away, cleanly where it runs: the volume is the other's as well.

    Somebody else may have been quicker to take the name: what is not ours stays.
    """
    seen = engine.observe().container(spec.name)
    if seen is not None and seen.instance == spec.labels.get(Label.INSTANCE):
        engine.stop_container(spec.name, _GRACE)
        engine.remove_container(spec.name)


def _with_access(trial: Trial, engine: Engine, ask: Callable[[Access], str | None]) -> str | None:
    access = access_to(trial.target, engine.inspect_container(trial.spec.name))
    if access is None:
        raise NotReady("its port is not published")
    return ask(access)


def _forget(trial: Trial, engine: Engine, pauses: Pauses, word: str) -> bool:
    """Take the word away as soon as the service answers; whether it is gone."""

    def attempt() -> bool | None:
        try:
            state = engine.inspect_container(trial.spec.name)
        except EnvcheckError:
            return False
        access = access_to(trial.target, state)
        if not state.alive or access is None:
            return False
        try:
            with suppress(NotReady):  # what takes no writes may have no word either
                trial.marker.remove(access, word)
            return not trial.marker.read(access, word) or None
        except NotReady:
            return None

    return bool(poll(attempt, seconds=_FORGETTING, clock=pauses))


def judge_survival(target: Target, found: Survival) -> Result:
    """What the trial says of a service."""
    service = target.service.name
    result = Result(f"service.{service}.survives", f"{service} survives", "fail", "")
    if not found.keeps:
        return replace(result, status="skip", summary=found.refusal)
    if found.refusal:
        return replace(
            result,
            summary=f"no word could be written: {found.refusal}",
            fix=Fix("its log tells more", (f"docker logs {target.container}",)),
            fault="service.not-writable",
        )
    if found.error is not None:
        return _broken(result, target.container, found, found.error)
    if not found.survived:
        return _lost(result, target, found)
    if not found.forgotten:
        return replace(
            result,
            status=_LOOK,
            summary="a word outlived its container, but could not be removed again",
            fix=Fix("the next `check --deep` removes it"),
            fault=MARKER_LEFT,
        )
    return replace(result, status="pass", summary="a word outlived its container; it is removed")


_LOOK: Status = "warn"
_BACK = "the one that was there runs again"


def _broken(result: Result, name: str, found: Survival, error: EnvcheckError) -> Result:
    summary, fix = f"its new container could not be tried: {error.what}; {_BACK}", error.fix
    if not found.back:
        summary = f"it was not brought to its end: {error.what}"
        text = f"{name} or {aside_name(name)} has its data: look at both before you remove one"
        fix = Fix(text, (f"docker ps --all --filter name={name}",))
    return replace(result, summary=summary, evidence=error.evidence, fix=fix, fault=error.id)


def _lost(result: Result, target: Target, found: Survival) -> Result:
    """Why the word is gone, as far as the server tells where it keeps its data."""
    text = f"a word was written, and a new container does not have it; {_BACK}, with its data"
    ready = found.ready
    outside = ready and judge_data(
        target.service.name, ready.data_path, ready.state.mounts, target.volumes
    )
    if outside and outside.fault == DATA_OUTSIDE:
        return replace(
            outside,
            id=result.id,
            title=result.title,
            summary=text,
            evidence=(outside.summary, *outside.evidence),
        )
    mounts = ready.state.mounts if ready else {}
    mounted = tuple(f"{volume or 'no volume'} is mounted at {at}" for at, volume in mounts.items())
    fix = Fix("see where the server keeps its data, and mount a named volume there")
    return replace(result, summary=text, evidence=mounted, fix=fix, fault=DATA_LOST)
