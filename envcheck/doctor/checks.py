"""Verdicts on a machine, each a small function from facts to a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from envcheck.core.errors import Fix
from envcheck.core.events import EngineInfo, Result, Status
from envcheck.core.figures import size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

HELLO = "Hello from Docker!"
"""What the hello-world image says when all went well (docker-library/hello-world)."""


def judge_engine(engine: EngineInfo, wanted: str, seconds: float) -> Result:
    """Whether the engine that answered is one that the profile can use."""
    name = "Podman" if engine.kind == "podman" else "Docker Engine"
    summary = f"{name} {engine.version} at {engine.endpoint} ({engine.chosen_by})"
    if wanted and not _meets(engine.version, wanted):
        return _result(
            "docker.engine",
            "engine",
            "fail",
            f"{summary}; the profile needs {wanted}",
            Fix("upgrade the engine: https://docs.docker.com/engine/install/"),
        )
    if engine.kind == "podman":
        return _result("docker.engine", "engine", "warn", f"{summary}; not tried with envcheck")
    return Result("docker.engine", "engine", "pass", summary, seconds)


def _meets(version: str, wanted: str) -> bool:
    """Whether a version fulfils a specifier; a version that cannot be read is given the benefit."""
    try:
        # Distributions add their own mark: 20.10.24+dfsg1.
        return SpecifierSet(wanted).contains(
            Version(version.split("+", maxsplit=1)[0]), prereleases=True
        )
    except InvalidVersion:
        return True


def judge_hello(exit_code: int, output: str, source: str, seconds: float) -> Result:
    """Whether hello-world ran and said so."""
    if exit_code == 0 and HELLO in output:
        made = {"recipe": "built from packages", "registry": "from its registry"}.get(
            source, "here"
        )
        summary = f"{made}, ran and said hello"
        return Result("docker.hello-world", "hello-world", "pass", summary, seconds)
    return Result(
        "docker.hello-world",
        "hello-world",
        "fail",
        f"exited with {exit_code} and did not say '{HELLO}'",
        seconds,
        evidence=tuple(output.splitlines()[-5:]),
        fix=Fix("the engine cannot run containers: read its log", ("journalctl -u docker -n 50",)),
    )


def judge_disk(free: int | None, wanted: int | None, folder: str) -> Result:
    """Whether there is room where the engine keeps its data."""
    needs = f"; this profile needs {size(wanted)}" if wanted else ""
    if free is None:
        summary = f"{folder or 'the data folder'} cannot be seen from here{needs}"
        return _result("machine.disk", "disk", "skip", summary)
    summary = f"{size(free)} free where Docker keeps its data{needs}"
    if wanted and free < wanted:
        fix = Fix("make room", ("docker system df", "docker system prune"))
        return _result("machine.disk", "disk", "fail", summary, fix)
    return _result("machine.disk", "disk", "pass", summary)


def judge_memory(total: int, wanted: int | None) -> Result:
    """Whether the engine's machine has the memory that the profile asks for."""
    needs = f"; this profile needs {size(wanted)}" if wanted else ""
    summary = f"{size(total)} for containers{needs}"
    status: Status = "fail" if wanted and total < wanted else "pass"
    fix = Fix("give the engine's machine more memory") if status == "fail" else None
    return _result("machine.memory", "memory", status, summary, fix)


def judge_ports(
    wishes: Mapping[int, bool], taken: Set[int], own: Set[int], holders: Mapping[int, str]
) -> Result:
    """Whether the host's ports that the profile wishes for are free.

    Args:
        wishes: port to whether the profile insists on it.
        taken: those that somebody holds.
        own: those that the instance itself holds.
        holders: the container that holds a port, where one does.
    """
    foreign = sorted(port for port in wishes if port in taken and port not in own)
    if not wishes:
        return _result("machine.ports", "ports", "pass", "none are published")
    if not foreign:
        groups = ((set(wishes) - own, "free"), (set(wishes) & own, "in use by this instance"))
        text = ", ".join(f"{_listed(sorted(group))} {word}" for group, word in groups if group)
        return _result("machine.ports", "ports", "pass", text)
    who = ", ".join(f"{p} ({holders[p]})" if p in holders else str(p) for p in foreign)
    insisted = [port for port in foreign if wishes[port]]
    if insisted:
        fix = Fix("stop who holds it, or let the profile prefer the port: drop the `!`")
        return _result("machine.ports", "ports", "fail", f"taken: {who}", fix)
    fix = Fix("nothing need be done: another port is used, and `env` tells which")
    return _result("machine.ports", "ports", "warn", f"taken: {who}; others will be used", fix)


def _listed(ports: Sequence[int]) -> str:
    words = [str(port) for port in ports]
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{text} {'is' if len(words) == 1 else 'are'}"


def judge_tool(program: str, wanted: str, version: str | None) -> Result:
    """Whether a program of this machine is there, in a version that the profile can use."""
    id, title = f"tools.{program}", program
    if version is None:
        fix = Fix(f"install {program} {wanted}".strip())
        return _result(id, title, "fail", f"not on this machine; the profile needs {wanted}", fix)
    if not version:
        return _result(id, title, "warn", f"tells no version; the profile needs {wanted}")
    if not _meets(version, wanted):
        fix = Fix(f"upgrade {program}")
        return _result(id, title, "fail", f"{version}; the profile needs {wanted}", fix)
    return _result(id, title, "pass", f"{version}; the profile needs {wanted}")


def skipped(id: str, title: str, because: str) -> Result:
    """A check that was not tried, since what it rests on is broken."""
    return _result(id, title, "skip", f"skipped: {because}")


def _result(id: str, title: str, status: Status, summary: str, fix: Fix | None = None) -> Result:
    return Result(id, title, status, summary, fix=fix)
