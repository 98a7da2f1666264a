"""Recorded runs with their steps: one that went well, some that did not, and a large one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from envcheck.core import events as ev
from envcheck.core.errors import Fix
from envcheck.core.profile import Place
from tests.unit.reporters.recorded import (
    CACHE,
    CONNECT,
    DATA_OTHER_MAJOR,
    DB,
    ENGINE,
    MACHINE,
    PASSWORD,
    WEB,
    Run,
    progress,
    started,
)

FILE = "profiles/webapp.yaml"
READ = ev.ProfileRead(
    FILE,
    {name: Place(FILE, line, 3) for name, line in (("db", 6), ("cache", 10), ("web", 12))},
)


@dataclass(frozen=True)
class Step:
    """A step of the services' plan, as it took place."""

    id: int
    act: str
    service: str
    begin: float
    end: float
    after: tuple[int, ...] = ()
    status: str = "done"

    @property
    def timed(self) -> tuple[tuple[float, ev.Event], ...]:
        """Its events."""
        subject = f"webapp-{self.service}" if self.service else "webapp"
        begun = ev.StepStarted("services", self.id, self.act, subject, self.service, self.after)
        return (self.begin, begun), (self.end, ev.StepEnded("services", self.id, self.status))  # type: ignore[arg-type]


def run(
    name: str, command: str, steps: list[Step], others: list[tuple[float, ev.Event]], seconds: float
) -> Run:
    """A run of all these, in the order of their times."""
    told = sorted([event for step in steps for event in step.timed] + others, key=lambda e: e[0])
    begin: list[tuple[float, ev.Event]] = [(0.0, READ), (0.0, started(command)), (0.0, ENGINE)]
    return Run(name, (*begin, *told), seconds)


UP_TO_DB = [
    Step(1, "CreateNetwork", "", 0.3, 0.4),
    Step(2, "CreateContainer", "db", 0.4, 0.5, (1,)),
    Step(3, "StartContainer", "db", 0.5, 0.9, (2,)),
    Step(5, "CreateContainer", "cache", 0.4, 0.5, (1,)),
    Step(6, "StartContainer", "cache", 0.5, 0.8, (5,)),
    Step(7, "AwaitReady", "cache", 0.8, 1.2, (6,)),
    Step(8, "CreateContainer", "web", 0.4, 0.5, (1,)),
]
WELL = run(
    "up-timings",
    "up",
    [
        *UP_TO_DB,
        Step(4, "AwaitReady", "db", 0.9, 2.6, (3,)),
        Step(9, "StartContainer", "web", 2.6, 2.9, (4, 7, 8)),
        Step(10, "AwaitReady", "web", 2.9, 3.4, (9,)),
    ],
    [
        (0.3, ev.Section("Services")),
        (0.5, ev.Changed(ev.Change("created", "container", "webapp-db"))),
        (1.2, CACHE),
        (2.6, DB),
        (
            2.7,
            ev.Checked(ev.Result("service.db.version", "db version", "warn", "17.12, not 17.11")),
        ),
        (3.4, WEB),
        (3.5, CONNECT),
    ],
    3.6,
)
MACHINE_TIMED = run("onboard-timings", "onboard", [], [*MACHINE], 2.0)

FAILED = run(
    "up-stepwise-failed",
    "up",
    [*UP_TO_DB, Step(4, "AwaitReady", "db", 0.9, 1.3, (3,), "failed")],
    [
        (0.3, ev.Section("Services")),
        *((0.3, progress(name, "waiting")) for name in ("db", "cache", "web")),
        (0.5, ev.Changed(ev.Change("created", "container", "webapp-db"))),
        (0.9, ev.Changed(ev.Change("started", "container", "webapp-db"))),
        (1.2, CACHE),
        (1.3, DATA_OTHER_MAJOR),
        (
            1.3,
            ev.Checked(
                ev.Result(
                    "service.db.ready",
                    "db ready",
                    "fail",
                    DATA_OTHER_MAJOR.summary,
                    evidence=DATA_OTHER_MAJOR.evidence,
                    fix=DATA_OTHER_MAJOR.fix,
                    fault=DATA_OTHER_MAJOR.id,
                )
            ),
        ),
        (1.3, ev.ServiceSkipped("web", "db")),
    ],
    1.4,
)

OUT_OF_MEMORY = ev.ServiceFailed(
    service="cache",
    id="service.out-of-memory",
    container="webapp-cache",
    summary="killed for using too much memory (exit code 137)",
    seconds=2.1,
    logs=tuple(f"line {number} of what it said" for number in range(40)),
    fix=Fix("give it more with `mem_limit:` in the profile", ("docker stats webapp-cache",)),
    image="redis:8.0.2",
    state="exited",
    exit_code=137,
    meaning="it was killed (SIGKILL)",
)
LATE = ev.ServiceFailed(
    service="web",
    id="service.timeout",
    container="webapp-web",
    summary="not ready after 60 s",
    seconds=60.0,
    evidence=("last answer: GET / gives 500",),
    logs=(f"connecting to postgresql://app:{PASSWORD}@db/app",),
    fix=Fix("read the whole log", ("docker logs webapp-web",)),
    state="running",
    heard="GET / gives 500",
)
ENDED = ev.ServiceFailed(
    "worker", "service.exited", "webapp-worker", "exited with code 3", 0.2, exit_code=3
)
MANY_FAILED = run(
    "up-many-failed",
    "up",
    [],
    [
        (0.3, ev.Section("Services")),
        *((0.3, progress(name, "waiting")) for name in ("db", "cache", "web", "worker")),
        (1.0, OUT_OF_MEMORY),
        (1.5, ENDED),
        (1.6, replace(ENDED, service="mailer", container="webapp-mailer")),
        (1.7, DATA_OTHER_MAJOR),
        (61.0, LATE),
    ],
    61.2,
)

NAMES = tuple(f"service-{number}" for number in range(12))
TWELVE = run(
    "up-twelve",
    "up",
    [
        step
        for number, name in enumerate(NAMES)
        for step in (
            Step(3 * number + 1, "CreateContainer", name, 0.1, 0.2),
            Step(
                3 * number + 2,
                "StartContainer",
                name,
                0.2 + 0.5 * number,
                0.4 + 0.5 * number,
                (3 * number + 1, 3 * number),
            ),
            Step(
                3 * number + 3,
                "AwaitReady",
                name,
                0.4 + 0.5 * number,
                0.6 + 0.5 * number,
                (3 * number + 2,),
            ),
        )
    ],
    [
        (0.1, ev.Section("Services")),
        *((0.6 + 0.5 * n, replace(CACHE, service=name)) for n, name in enumerate(NAMES)),
    ],
    6.5,
)


def _long(text: str) -> str:
    """A word of that length that nothing tells where to break."""
    return (text * 60)[:240]


LONG_WORDS = Run(
    "long-words",
    (
        (0.0, ev.Started("up", _long("profile"), _long("instance"))),
        (0.0, ev.ProfileRead(_long("file"))),
        (0.0, ev.EngineFound(ev.EngineInfo(_long("unix"), _long("x"), "docker", "28", "1.51"))),
        (0.1, ev.StepStarted("images", 1, "PullImage", _long("image"))),
        (0.5, ev.StepEnded("images", 1, "done")),
        (0.5, ev.StepStarted("services", 1, "StartContainer", "x", _long("service"))),
        (0.9, ev.StepEnded("services", 1, "failed")),
        (0.9, ev.Checked(ev.Result(_long("id"), _long("title"), "warn", _long("summary")))),
        (0.9, ev.Checked(ev.Result(_long("id."), _long("title"), "pass", _long("summary"), 1234))),
        (
            0.9,
            replace(DB, service="db", image=_long("img"), endpoint=_long("e"), version=_long("v")),
        ),
        (
            1.0,
            ev.ServiceFailed(
                *(_long("service"), _long("fault"), _long("container"), _long("summary"), 9.9),
                *((_long("evidence"),), (_long("log"),)),
                Fix(_long("advice"), (_long("command"),)),
                heard=_long("heard"),
            ),
        ),
        (1.0, ev.ServiceSkipped("web", _long("because"))),
        (1.1, ev.Failed(_long("id"), _long("what"), 4, (_long("evidence"),))),
    ),
    1.2,
)

STEPWISE = (WELL, MACHINE_TIMED, FAILED, MANY_FAILED, TWELVE, LONG_WORDS)
