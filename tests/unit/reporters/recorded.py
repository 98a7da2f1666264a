"""Recorded runs: the events of each with their moments in seconds, and the report at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.core import events as ev
from envcheck.core.errors import Fix
from envcheck.core.lanes import timeline
from envcheck.core.report import fold
from envcheck.core.timeline import Timed

if TYPE_CHECKING:
    from envcheck.core.report import Report

PASSWORD = "correct-horse-battery"
MB = 1000 * 1000
LONG_COMMAND = (
    "docker load --input /media/stick/a-rather-long-folder-name-for-bundles/"
    "webapp-images-2026-11-23-postgres-17.11-redis-8.0.2-node-24.tar"
)


@dataclass(frozen=True)
class Run:
    """The events of a run, each with the time at which it came."""

    name: str
    timed: tuple[tuple[float, ev.Event], ...]
    seconds: float
    error: ev.Failed | None = None

    @property
    def events(self) -> tuple[ev.Event, ...]:
        """The events alone."""
        return tuple(event for _, event in self.timed)

    @property
    def report(self) -> Report:
        """The report of the run."""
        timed = [Timed(time, event) for time, event in self.timed]
        whole = timeline(timed, self.seconds)
        return replace(fold(self.events), seconds=self.seconds, timeline=whole)


def passed(id: str, title: str, summary: str, seconds: float = 0.0) -> ev.Checked:
    return ev.Checked(ev.Result(id, title, "pass", summary, seconds))


def skipped(id: str, title: str) -> ev.Checked:
    return ev.Checked(ev.Result(id, title, "skip", "no engine"))


def started(command: str) -> ev.Started:
    return ev.Started(command, "webapp", "webapp", "Postgres, Redis and a Node web server")


def progress(service: str, state: str, detail: str = "") -> ev.ServiceProgress:
    return ev.ServiceProgress(service, state, detail)


DB = ev.ServiceReady(
    service="db",
    image="postgres:17.11",
    digest="sha256:87c4",
    source="registry",
    container="webapp-db",
    endpoint="127.0.0.1:5432",
    version="17.11",
    product="PostgreSQL",
    seconds=1.4,
    volumes=("webapp_db-data",),
)
CACHE = ev.ServiceReady(
    service="cache",
    image="redis:8.0.2",
    digest="sha256:41ad",
    source="local",
    container="webapp-cache",
    endpoint="127.0.0.1:6379",
    version="8.0.2",
    product="Redis",
    seconds=0.1,
    volumes=("webapp_cache-data",),
)
WEB = ev.ServiceReady(
    service="web",
    image="envcheck.local/webapp-web:1f2e",
    digest="",
    source="build",
    container="webapp-web",
    endpoint="http://127.0.0.1:3000",
    version="24.21.0",
    product="Node",
    seconds=0.3,
    after=("db", "cache"),
)

CONNECT = ev.Connect(
    variables={
        "DATABASE_URL": f"postgresql://app:{PASSWORD}@127.0.0.1:5432/app",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "WEB_URL": "http://127.0.0.1:3000",
    },
    shown={
        "DATABASE_URL": "postgresql://app:•••@127.0.0.1:5432/app",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "WEB_URL": "http://127.0.0.1:3000",
    },
)

ENGINE = ev.EngineFound(
    ev.EngineInfo("unix:///var/run/docker.sock", "default", "docker", "28.5.2", "1.51")
)

HELLO_STARTED = ev.CheckStarted("docker.hello-world", "hello-world")

MACHINE: tuple[tuple[float, ev.Event], ...] = (
    (0.0, ev.Section("Machine")),
    (0.0, ev.CheckStarted("docker.engine", "engine")),
    (
        0.1,
        passed(
            "docker.engine",
            "engine",
            "Docker Engine 28.5.2 at unix:///var/run/docker.sock (default context)",
        ),
    ),
    (0.1, HELLO_STARTED),
    (
        0.7,
        passed("docker.hello-world", "hello-world", "pulled, ran and said hello in 0.6 s", 0.6),
    ),
    (0.7, ev.CheckStarted("docker.port", "published port")),
    (
        1.1,
        passed("docker.port", "published port", "a container's port answers on 127.0.0.1", 0.4),
    ),
    (1.1, ev.CheckStarted("docker.volume", "named volume")),
    (
        1.6,
        passed("docker.volume", "named volume", "written by one container, read by another", 0.5),
    ),
    (
        1.6,
        passed(
            "docker.disk",
            "disk",
            "41 GB free where Docker keeps its data; this profile needs 3 GB",
        ),
    ),
    (1.6, passed("host.ports", "ports", "5432, 6379 and 3000 are free")),
)

IMAGES: tuple[tuple[float, ev.Event], ...] = (
    (1.6, ev.Section("Images")),
    (1.6, ev.ImageProgress("postgres:17.11", "pulling")),
    (1.6, ev.ImageReady("redis:8.0.2", "redis:8.0.2", "local", "sha256:41ad", 0.0)),
    (1.7, ev.ImageProgress("web", "building: FROM node:24.21.0")),
    (2.0, ev.ImageProgress("postgres:17.11", "pulling", 12 * MB, 152 * MB)),
    (3.9, ev.ImageProgress("postgres:17.11", "pulling", 38 * MB, 152 * MB)),
    (4.0, ev.ImageProgress("web", "building: RUN npm ci --omit=dev && npm cache clean --force")),
    (
        4.9,
        ev.ImageReady(
            "web",
            "envcheck.local/webapp-web:1f2e",
            "build",
            "",
            3.2,
            note="from profiles/webapp/Dockerfile",
            fresh=True,
        ),
    ),
    (5.2, ev.ImageProgress("postgres:17.11", "pulling", 140 * MB, 152 * MB)),
    (5.6, ev.ImageProgress("postgres:17.11", "unpacking", 152 * MB, 152 * MB)),
    (
        5.7,
        ev.ImageReady(
            "postgres:17.11", "postgres:17.11", "registry", "sha256:87c4", 4.1, fresh=True
        ),
    ),
)

WAITING: tuple[tuple[float, ev.Event], ...] = (
    (5.7, ev.Section("Services")),
    (5.7, progress("db", "waiting")),
    (5.7, progress("cache", "waiting")),
    (5.7, progress("web", "waiting", "for db, cache")),
    (5.7, ev.Changed(ev.Change("created", "network", "webapp"))),
    (5.7, ev.Changed(ev.Change("created", "volume", "webapp_db-data"))),
    (5.8, ev.Changed(ev.Change("created", "volume", "webapp_cache-data"))),
    (5.8, progress("db", "creating")),
    (5.8, progress("cache", "creating")),
    (5.9, ev.Changed(ev.Change("created", "container", "webapp-db"))),
    (5.9, ev.Changed(ev.Change("created", "container", "webapp-cache"))),
    (6.0, progress("db", "starting")),
    (6.0, progress("cache", "starting")),
    (6.0, ev.Changed(ev.Change("started", "container", "webapp-db"))),
    (6.1, ev.Changed(ev.Change("started", "container", "webapp-cache"))),
)

ONBOARD = Run(
    "onboard",
    (
        (0.0, started("onboard")),
        (0.0, ENGINE),
        *MACHINE,
        *IMAGES,
        *WAITING,
        (6.1, progress("db", "probing", "connection refused")),
        (6.2, CACHE),
        (7.3, progress("db", "probing", "FATAL: the database system is starting up")),
        (7.4, DB),
        (7.4, progress("web", "starting")),
        (7.7, WEB),
        (8.0, passed("db.query", "db", "answers a query over 127.0.0.1:5432")),
        (8.0, passed("cache.query", "cache", "answers PING over 127.0.0.1:6379")),
        (8.1, passed("web.http", "web", "GET / gives 200 and contains “Hello from Docker!”")),
        (8.1, ev.Section("Connect")),
        (8.1, CONNECT),
    ),
    9.8,
)

DOCTOR = Run(
    "doctor",
    (
        (0.0, ev.Started("doctor")),
        (0.0, ev.Section("Machine")),
        (0.0, passed("docker.client", "client", "configuration in ~/.docker is sound")),
        (0.0, ev.CheckStarted("docker.engine", "engine")),
        (
            0.1,
            ev.Checked(
                ev.Result(
                    "docker.socket-permission",
                    "engine",
                    "fail",
                    "permission denied on /var/run/docker.sock",
                    0.04,
                    ("the socket belongs to group docker, and you (anna) are not in it",),
                    Fix(
                        "join the group; it holds after you have logged out and in again",
                        ("sudo usermod -aG docker anna", "newgrp docker"),
                        mendable=True,
                    ),
                )
            ),
        ),
        (0.1, skipped("docker.hello-world", "hello-world")),
        (0.1, skipped("docker.port", "published port")),
        (
            0.2,
            ev.Checked(
                ev.Result(
                    "host.memory",
                    "memory",
                    "warn",
                    "0.9 GB is available to containers and the profile asks for 1 GB; the services "
                    "may be killed under load",
                    0.0,
                )
            ),
        ),
        (
            0.2,
            ev.Failed(
                "docker.socket-permission",
                "permission denied on /var/run/docker.sock",
                3,
            ),
        ),
    ),
    0.3,
)

DATA_OTHER_MAJOR = ev.ServiceFailed(
    service="db",
    id="postgres.data-other-major",
    container="webapp-db",
    summary="the data in volume webapp_db-data was made by PostgreSQL 15, the profile pins 17.11",
    seconds=0.4,
    evidence=(
        (
            "DETAIL: The data directory was initialized by PostgreSQL version 15, which is not "
            "compatible with this version 17.11 (Debian 17.11-1.pgdg12+1)."
        ),
    ),
    logs=(
        "",
        "PostgreSQL Database directory appears to contain a database; Skipping initialization",
        (
            "\x1b[31m2026-11-23 09:14:02 UTC [1] FATAL:\x1b[0m  database files are incompatible "
            "with server\r"
        ),
        (
            "2026-11-23 09:14:02.101 UTC [1] DETAIL:  The data directory was initialized by "
            "PostgreSQL version 15, which is not compatible with this version 17.11."
        ),
    ),
    fix=Fix(
        "pin postgres:15.x in profiles/webapp.yaml to keep the data, or dump and restore it;\n"
        "without the data, start anew",
        ("./inv clean webapp --only db",),
        destructive=True,
    ),
    image="postgres:17.11",
    digest="sha256:87c4",
    source="registry",
    state="exited",
    exit_code=1,
    heard="connection refused",
)

UP_FAILED = Run(
    "up-failed",
    (
        (0.0, started("up")),
        *((time - 5.7, event) for time, event in WAITING),
        (0.4, replace(CACHE, volumes=())),
        (0.5, progress("db", "probing", "connection refused")),
        (0.8, DATA_OTHER_MAJOR),
        (0.8, ev.ServiceSkipped("web", "db")),
    ),
    1.2,
)

UP_NOTHING = Run(
    "up-nothing",
    (
        (0.0, started("up")),
        (0.1, ev.Section("Services")),
        (0.2, replace(DB, fresh=False)),
        (0.2, replace(CACHE, fresh=False)),
        (0.3, replace(WEB, fresh=False)),
        (0.3, CONNECT),
    ),
    0.3,
)

UP_RECREATED = Run(
    "up-recreated",
    (
        (0.0, started("up")),
        (0.1, ev.Section("Services")),
        (0.1, progress("db", "waiting")),
        (0.1, progress("cache", "waiting")),
        (0.2, progress("db", "creating")),
        (0.2, ev.Changed(ev.Change("recreated", "container", "webapp-db", "environment changed"))),
        (0.4, replace(CACHE, fresh=False)),
        (2.4, progress("db", "probing", "FATAL: the database system is starting up")),
        (4.8, replace(DB, seconds=4.6)),
        (4.8, ev.Note("port 5432 is taken by postgres (pid 812), so db has port 15432 here")),
    ),
    4.9,
)

CLEAN = Run(
    "clean",
    (
        (0.0, started("clean")),
        (0.1, ev.Kept("image", "redis:8.0.2", "container other-redis uses it")),
        (0.2, ev.Changed(ev.Change("stopped", "container", "webapp-web"))),
        (0.3, ev.Changed(ev.Change("removed", "container", "webapp-web"))),
        (0.3, ev.Changed(ev.Change("removed", "container", "webapp-cache"))),
        (0.3, ev.Changed(ev.Change("removed", "container", "webapp-db"))),
        (0.4, ev.Changed(ev.Change("removed", "network", "webapp"))),
        (0.4, ev.Changed(ev.Change("removed", "volume", "webapp_db-data", size=48 * MB))),
        (0.4, ev.Changed(ev.Change("removed", "volume", "webapp_cache-data", size=MB))),
        (0.6, ev.Changed(ev.Change("removed", "image", "postgres:17.11", size=412 * MB))),
        (
            0.6,
            ev.Changed(
                ev.Change("removed", "image", "envcheck.local/webapp-web:1f2e", size=218 * MB)
            ),
        ),
        (0.7, ev.Freed(678 * MB)),
        (0.8, ev.NothingLeft("webapp")),
    ),
    0.8,
)

CLEAN_DRY = Run(
    "clean-dry",
    (
        (0.0, started("clean")),
        (0.1, ev.Kept("image", "redis:8.0.2", "container other-redis uses it")),
        (0.1, ev.WouldRemove("container", "webapp-db")),
        (0.1, ev.WouldRemove("network", "webapp")),
        (0.1, ev.WouldRemove("volume", "webapp_db-data", 48 * MB)),
        (0.1, ev.WouldRemove("image", "envcheck.local/webapp-web:0123456789abcdef", 218 * MB)),
    ),
    0.2,
)

LEFT_BEHIND = Run(
    "left-behind",
    (
        (0.0, started("clean")),
        (0.3, ev.Changed(ev.Change("removed", "container", "webapp-db"))),
        (
            0.4,
            ev.LeftBehind("volume", "webapp_db-data", "container 4f1c of another project has it"),
        ),
    ),
    0.5,
)

DOWN = Run(
    "down",
    (
        (0.0, started("down")),
        (0.1, ev.Changed(ev.Change("stopped", "container", "webapp-db"))),
        (0.3, ev.Changed(ev.Change("removed", "container", "webapp-db"))),
        (0.4, ev.Changed(ev.Change("removed", "network", "webapp"))),
        (0.4, ev.Kept("volume", "webapp_db-data", "down keeps data")),
    ),
    0.5,
)

PULL_FAILED = Run(
    "pull-failed",
    (
        (0.0, started("up")),
        (0.1, ev.Section("Images")),
        (0.1, ev.ImageProgress("redis:8.0.2", "pulling", 2 * MB, 40 * MB)),
        (0.1, ev.ImageProgress("postgres:17.11", "pulling")),
        (
            2.2,
            ev.Failed(
                "registry.unreachable",
                "postgres:17.11 cannot be pulled: no registry answered",
                4,
                (
                    (
                        "failed to resolve reference docker.io/library/postgres:17.11: failed to "
                        "do request: Head "
                        "https://registry.example/v2/library/postgres/manifests/17.11: "
                        "dial tcp: lookup registry.example on 127.0.0.53:53: no such host"
                    ),
                ),
                Fix(
                    "check the network, or load the images of a bundle that somebody saved",
                    (LONG_COMMAND,),
                ),
            ),
        ),
    ),
    2.3,
)

INTERRUPTED = Run(
    "interrupted",
    (
        (0.0, started("up")),
        *((time - 5.7, event) for time, event in WAITING),
        (0.4, CACHE),
        (3.0, progress("db", "probing", "FATAL: the database system is starting up")),
        (3.2, ev.Failed("interrupted", "interrupted", 130)),
    ),
    3.2,
)

DOCTOR_FIX = Run(
    "doctor-fix",
    (
        (0.0, ev.Started("doctor")),
        (0.0, ev.Section("Machine")),
        (0.0, ev.CheckStarted("docker.engine", "engine")),
        (
            0.1,
            ev.Checked(
                ev.Result(
                    "docker.engine",
                    "engine",
                    "fail",
                    "Docker is not installed",
                    fix=Fix("install it", ("sudo apt-get install -y docker.io",)),
                )
            ),
        ),
        (1.0, ev.CommandStarted("sudo apt-get install -y docker.io")),
        (1.2, ev.CommandOutput("Reading package lists...")),
        (1.3, ev.CommandOutput("Reading database ... 5%\rReading database ... 100%")),
        (4.0, ev.CommandOutput("Setting up docker.io (28.5.2+dfsg4-1) ...")),
        (4.1, ev.CheckStarted("docker.engine", "engine")),
        (4.9, passed("docker.engine", "engine", "Docker Engine 28.5.2", 0.8)),
    ),
    5.0,
)

ONBOARD_BARE = Run(
    "onboard-bare",
    (
        (0.0, started("onboard")),
        (0.0, ev.Section("Machine")),
        (
            0.1,
            ev.Checked(
                ev.Result(
                    "docker.engine",
                    "engine",
                    "fail",
                    "Docker is not installed on this machine",
                    fix=Fix("install it from Debian's packages", ("apt-get install -y docker.io",)),
                )
            ),
        ),
        (0.1, ev.Asking("Run these commands now?")),
        (1.0, ev.CommandStarted("apt-get install -y docker.io")),
        (1.5, ev.CommandOutput("Setting up docker.io (28.5.2+dfsg4-1) ...")),
        (2.0, passed("docker.engine", "engine", "Docker Engine 28.5.2", 0.8)),
        (2.0, HELLO_STARTED),
        (2.1, ev.ImageProgress("hello-world:latest", "pulling")),
        (2.2, ev.Asking("Build hello-world from Debian's packages?")),
        (3.0, ev.ImageProgress("hello-world:latest", "building: COPY hello /")),
        (4.6, ev.ImageReady("hello-world:latest", "e/hello:1", "recipe", "", 1.6, fresh=True)),
        (
            4.9,
            passed("docker.hello-world", "hello-world", "built, ran and said hello", 2.9),
        ),
        (
            5.0,
            ev.Checked(
                ev.Result("host.ports", "ports", "fail", "5432 is held by postgres (pid 812)")
            ),
        ),
        (5.0, ev.Failed("machine.unfit", "this machine cannot run it yet: host.ports", 1)),
    ),
    5.1,
)

RUNS = (
    ONBOARD,
    ONBOARD_BARE,
    DOCTOR,
    DOCTOR_FIX,
    UP_FAILED,
    UP_NOTHING,
    UP_RECREATED,
    CLEAN,
    CLEAN_DRY,
    LEFT_BEHIND,
    DOWN,
    PULL_FAILED,
    INTERRUPTED,
)
