"""Checks that try the engine: containers that run, answer, write and ask, and are removed again."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from envcheck.app.checks.exam import Check, Exam, faulty
from envcheck.core.errors import Fix, StepFailed
from envcheck.core.reference import parse_reference
from envcheck.core.spec import ContainerSpec, Mount, PortBinding, VolumeSpec
from envcheck.doctor.diagnose import diagnose
from envcheck.doctor.symptom import Symptom
from envcheck.run.poll import poll
from envcheck.run.readiness import LOCALHOST
from envcheck.services import http
from envcheck.services.kind import Access, NotReady

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.events import Result
    from envcheck.run.ports import ContainerState

HELLO_WORLD = parse_reference("hello-world:linux")
"""The official image's one tag for this system besides ``latest``, which no pin may be."""

BUSYBOX = parse_reference("busybox:1.37.0")
"""What the round trips run: a shell, a web server and a name server's client in 2 MB."""

HELLO = "Hello from Docker!"
"""What the hello-world image says when all went well (docker-library/hello-world)."""

_PORT = 8080
_SERVE = 'echo "$1" >/tmp/index.html; exec httpd -f -p "$2" -h /tmp'
_TARGET = "/data"
_ANSWER_SECONDS = 8.0
_LINES = 5


def hello_world(exam: Exam) -> Result:
    """The Docker manual's own test, each of its parts timed."""
    if exam.no_images is not None:
        raise exam.no_images
    image = exam.images[HELLO_WORLD.name]
    ran = exam.engine.run_once(image, _labels(exam))
    total = sum(ran.seconds.values())
    if ran.exit_code != 0 or HELLO not in ran.output:
        result = HELLO_WORLD_RUNS.result(
            "fail", f"exited with {ran.exit_code} and said no hello", total
        )
        fix = Fix("the engine cannot run containers: read its log", ("journalctl -u docker -n 50",))
        return replace(result, evidence=tuple(ran.output.splitlines()[-5:]), fix=fix)
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in ran.seconds.items())
    return HELLO_WORLD_RUNS.result("pass", f"said hello ({parts})", total)


def published_port(exam: Exam) -> Result:
    """A token that a container serves is read through its published port."""
    begun = time.monotonic()
    token = secrets.token_hex(8)
    spec = ContainerSpec(
        name=f"{exam.owner.instance}-doctor-{token}",
        service="",
        image=exam.images[BUSYBOX.name],
        network="bridge",
        environment={},
        ports=(PortBinding(_PORT, None),),
        mounts=(),
        labels=_labels(exam),
        command=("sh", "-c", _SERVE, "sh", token, str(_PORT)),
    )
    engine = exam.engine
    engine.create_container(spec)
    try:
        engine.start_container(spec.name)
        state = engine.inspect_container(spec.name)
        if not state.alive:
            return _ended(state, engine.logs(spec.name, _LINES), time.monotonic() - begun)
        access = Access(LOCALHOST, state.ports[_PORT], timeout=1.0)
        heard: list[str] = []

        def answered() -> bool | None:
            try:
                body = http.get(access).body
            except NotReady as reason:
                heard.append(str(reason))
                return None
            heard.append(body)
            return token in body or None

        found = poll(answered, seconds=_ANSWER_SECONDS, clock=exam.session.clock)
    finally:
        engine.remove_container(spec.name)
    seconds = time.monotonic() - begun
    if found:
        return PUBLISHED_PORT.result("pass", f"a container's port answers on {LOCALHOST}", seconds)
    result = PUBLISHED_PORT.result(
        "fail", f"a container's port does not answer on {LOCALHOST}", seconds
    )
    fix = Fix(
        "look for a firewall or VPN between this machine and its containers; restart the engine"
    )
    return replace(result, evidence=tuple(heard[-1:]), fix=fix, fault="docker.published-port")


def _ended(state: ContainerState, logs: tuple[str, ...], seconds: float) -> Result:
    what = f"the container that should answer ended with {state.exit_code}"
    result = PUBLISHED_PORT.result("fail", what, seconds)
    return replace(result, evidence=logs, fault="docker.published-port")


def named_volume(exam: Exam) -> Result:
    """A token that one container writes into a volume is read by another."""
    begun = time.monotonic()
    token = secrets.token_hex(8)
    labels = _labels(exam)
    volume = VolumeSpec(f"{exam.owner.instance}_doctor-{token}", labels)
    mounts = (Mount(volume.name, _TARGET),)
    image, engine = exam.images[BUSYBOX.name], exam.engine
    engine.create_volume(volume)
    try:
        write = ("sh", "-c", 'echo "$1" >"$2"', "sh", token, f"{_TARGET}/token")
        wrote = engine.run_once(image, labels, write, mounts=mounts)
        read = engine.run_once(image, labels, ("cat", f"{_TARGET}/token"), mounts=mounts)
    finally:
        engine.remove_volume(volume.name)
    seconds = time.monotonic() - begun
    if read.output.strip() == token:
        return NAMED_VOLUME.result("pass", "written by one container, read by another", seconds)
    result = NAMED_VOLUME.result(
        "fail", "what one container wrote, another could not read", seconds
    )
    fix = Fix("look at the disk where Docker keeps its data", ("docker info",))
    evidence = tuple(filter(None, (wrote.output.strip(), read.output.strip())))
    return replace(result, evidence=evidence, fix=fix, fault="docker.named-volume")


def inside(exam: Exam) -> Result:
    """A container's name server is asked: that it answers shows the way out as well."""
    host = exam.engine.about.registry_host()
    begun = time.monotonic()
    ran = exam.engine.run_once(exam.images[BUSYBOX.name], _labels(exam), ("nslookup", host))
    seconds = time.monotonic() - begun
    if "timed out" in ran.output or "no servers could be reached" in ran.output:
        result = INSIDE.result("warn", "a container reaches no name server", seconds)
        fix = Fix(
            "name servers on this machine's own loopback cannot be reached from containers: "
            'name others in /etc/docker/daemon.json, as in {"dns": ["192.0.2.1"]}, and restart'
        )
        evidence = tuple(ran.output.split("\n")[-3:])
        return replace(result, evidence=evidence, fix=fix, fault="docker.no-name-server")
    server = next(_servers(ran.output), "")
    return INSIDE.result("pass", f"a container reaches its name server {server}".rstrip(), seconds)


def _servers(output: str) -> Iterator[str]:
    for line in output.splitlines():
        if line.startswith("Server:"):
            yield line.partition(":")[2].strip()


def registry(exam: Exam) -> Result:
    """Whether the registry of hello-world answers; nothing is pulled."""
    begun = time.monotonic()
    try:
        exam.engine.registry_digest(HELLO_WORLD)
    except StepFailed as error:
        seconds = time.monotonic() - begun
        text = error.evidence[0] if error.evidence else error.what
        found = diagnose(Symptom("pull", HELLO_WORLD.official, text, facts=exam.facts))
        result = REGISTRY.result(
            "warn", "the registry does not answer; recipes can stand in", seconds
        )
        if found is None:
            return replace(result, evidence=(text,), fix=error.fix, fault=error.id)
        return replace(faulty(REGISTRY, found), status="warn", seconds=seconds)
    return REGISTRY.result(
        "pass", f"{exam.engine.about.registry_host()} answers", time.monotonic() - begun
    )


def _labels(exam: Exam) -> dict[str, str]:
    """The labels of what a check makes: should it be killed, `clean` finds it."""
    return exam.owner.labels()


HELLO_WORLD_RUNS = Check(
    "docker.hello-world",
    "hello-world",
    "create, run, read its output, remove",
    hello_world,
    ("docker.engine",),
    30.0,
)
_RUNS = ("docker.engine", "docker.hello-world")
PUBLISHED_PORT = Check(
    "docker.published-port",
    "published port",
    "a container's port, asked from here",
    published_port,
    _RUNS,
    20.0,
)
NAMED_VOLUME = Check(
    "docker.named-volume",
    "named volume",
    "written by one container, read by another",
    named_volume,
    _RUNS,
    20.0,
)
INSIDE = Check(
    "docker.name-server", "name server", "the way out of a container", inside, _RUNS, 20.0
)
REGISTRY = Check(
    "registry.answers", "registry", "whether it answers", registry, ("docker.engine",), 15.0
)
