"""Checks of what the engine and its machine are, from facts alone."""

from __future__ import annotations

import shlex
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.checks.exam import Check, Exam, verdict
from envcheck.app.loading import recipes_of
from envcheck.app.port_holders import holder_of
from envcheck.core.errors import Fix
from envcheck.core.figures import size
from envcheck.core.pins import Pins
from envcheck.core.pools import networks_left
from envcheck.core.spec import Label
from envcheck.doctor.facts import SeenImage
from envcheck.host.disk import disk_of
from envcheck.host.network import taken
from envcheck.images.sources import here
from envcheck.services.desired import published_ports

if TYPE_CHECKING:
    from envcheck.core.events import Result
    from envcheck.core.profile import Profile
    from envcheck.doctor.facts import Facts


def client(exam: Exam) -> Result:
    """The client's configuration: what the SDK would pass over without a word."""
    facts = exam.facts
    name = facts.client.config_file
    about = f"configuration in {name.rpartition('/')[0]} is sound" if name else "no configuration"
    return verdict(
        CLIENT,
        facts,
        about,
        "docker.config-unreadable",
        "docker.context-unknown",
        "docker.tls-certificates",
        "registry.credential-helper",
        "docker.cli-missing",
        "docker.run-with-sudo",
    )


def engine(exam: Exam) -> Result:
    """The engine: which product, which version, and whether the profile can use it."""
    begun = time.monotonic()
    told = exam.engine.describe()
    facts = exam.facts
    name = "Podman" if told.kind == "podman" else "Docker Engine"
    summary = f"{name} {told.version} at {told.endpoint} ({told.chosen_by}), API {told.api}"
    result = verdict(
        ENGINE,
        facts,
        summary,
        "docker.windows-containers",
        "docker.known-bad-version",
        "docker.too-old",
        "docker.podman",
        "docker.rootless",
    )
    return replace(result, seconds=time.monotonic() - begun)


def kernel(exam: Exam) -> Result:
    """The kernel's settings that containers rest on."""
    facts = exam.facts
    host = facts.host
    summary = (
        f"packets are forwarded; {host.inotify_watches or '?'} file watches, "
        f"{host.max_map_count or '?'} memory maps"
    )
    return verdict(
        KERNEL,
        facts,
        summary,
        "machine.ip-forwarding",
        "machine.inotify-low",
        "machine.max-map-count",
        "docker.cgroup-v1",
    )


def disk(exam: Exam) -> Result:
    """Room where the engine keeps its data, against what the profile needs."""
    facts = _with_disk(exam.facts)
    free = facts.engine.disk_free
    needs = f"; this profile needs {size(facts.needs.disk)}" if facts.needs.disk else ""
    if free is None:
        folder = facts.engine.root_dir
        return DISK.result("skip", f"{folder or 'the data folder'} cannot be seen from here{needs}")
    back = exam.engine.about.reclaimable()
    facts = replace(facts, engine=replace(facts.engine, reclaimable=back))
    could = f"; {size(back)} could be had back" if back else ""
    summary = f"{size(free)} free where Docker keeps its data{needs}{could}"
    return verdict(DISK, facts, summary, "machine.disk-short", "machine.disk-low")


def _with_disk(facts: Facts) -> Facts:
    seen = disk_of(facts.engine.root_dir)
    if seen is None:
        return facts
    return replace(facts, engine=replace(facts.engine, disk_free=seen.free, disk_total=seen.total))


def memory(exam: Exam) -> Result:
    """Memory for containers, against what the profile needs."""
    facts = exam.facts
    needs = f"; this profile needs {size(facts.needs.memory)}" if facts.needs.memory else ""
    summary = f"{size(facts.engine.memory or 0)} for containers{needs}"
    return verdict(MEMORY, facts, summary, "machine.memory-low")


def architecture(exam: Exam) -> Result:
    """The processor, against the images that are here."""
    facts = exam.facts
    images = _images(exam)
    facts = replace(facts, needs=replace(facts.needs, images=images))
    count = f"; {len(images)} images here are for it" if images else ""
    summary = f"{facts.engine.architecture}{count}"
    return verdict(ARCHITECTURE, facts, summary, "service.wrong-architecture")


def _images(exam: Exam) -> tuple[SeenImage, ...]:
    """The profile's images that are here already."""
    if exam.profile is None:
        return ()
    observed = exam.engine.observe()
    pins = Pins(recipes=recipes_of(exam.profile))
    found = []
    for service in exam.profile.services.values():
        present = here(service.image, observed, pins) if service.image else None
        facts = exam.engine.inspect_image(present.reference) if present else None
        if facts is not None and present is not None:
            found.append(SeenImage(present.reference, facts.architecture))
    return tuple(found)


def clock(exam: Exam) -> Result:
    """The engine's clock against this machine's."""
    facts = exam.facts
    skew = facts.engine.clock_skew
    summary = (
        "not told by the engine" if skew is None else f"the engine's agrees to {abs(skew):.1f} s"
    )
    return verdict(CLOCK, facts, summary, "machine.clock-skew")


def ports(exam: Exam) -> Result:
    """The host's ports that the profile wants, and who holds them."""
    wishes = wished_ports(exam.profile)
    if not wishes:
        return PORTS.result("pass", "none are published")
    observed = exam.engine.observe()
    seen = observed.containers
    mine = exam.owner.instance
    own = {p for c in seen if c.instance == mine for p in c.ports.values()}
    foreign = {p for c in seen if c.instance != mine for p in c.ports.values()}
    held = sorted(port for port in wishes if port not in own and (port in foreign or taken([port])))
    if not held:
        groups = ((set(wishes) - own, "free"), (set(wishes) & own, "in use by this instance"))
        text = ", ".join(f"{_listed(sorted(group))} {word}" for group, word in groups if group)
        return PORTS.result("pass", text)
    insisted = [port for port in held if wishes[port]]
    holders = {port: holder_of(port, observed) for port in held}
    who = [f"{port} by {holder.name}" if holder else f"{port}" for port, holder in holders.items()]
    commands = [holder.stop for holder in holders.values() if holder]
    text = f"taken: {', '.join(who)}"
    fault = "docker.port-taken" if any(port in foreign for port in held) else "machine.port-taken"
    if insisted:
        fix = Fix(
            "stop who holds it, or let the profile prefer the port: drop the `!`", tuple(commands)
        )
        return replace(PORTS.result("fail", text), fix=fix, fault=fault)
    fix = Fix("nothing need be done: another port is used, and `env` tells which")
    return replace(PORTS.result("warn", f"{text}; others will be used"), fix=fix, fault=fault)


def wished_ports(profile: Profile | None) -> dict[int, bool]:
    """Host port to whether the profile insists on it."""
    if profile is None:
        return {}
    return {
        port.host: port.wish == "insist"
        for service in profile.services.values()
        for port in published_ports(service)
        if port.host is not None
    }


def _listed(ports: list[int]) -> str:
    words = [str(port) for port in ports]
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{text} {'is' if len(words) == 1 else 'are'}"


def pools(exam: Exam) -> Result:
    """How many networks the engine can still make."""
    facts = exam.facts
    left = networks_left(exam.engine.about.subnets(), exam.engine.about.address_pools())
    facts = replace(facts, engine=replace(facts.engine, address_pools=left))
    summary = f"room for {left} more networks"
    return verdict(POOLS, facts, summary, "docker.address-pools-exhausted")


def leftovers(exam: Exam) -> Result:
    """Instances whose profile's folder is gone."""
    observed = exam.engine.observe()
    labelled = (
        *(c.labels for c in observed.containers),
        *(v.labels for v in observed.volumes),
        *(n.labels for n in observed.networks),
    )
    dead = sorted(
        {
            labels[Label.INSTANCE]
            for labels in labelled
            if Label.INSTANCE in labels and not Path(labels.get(Label.ROOT, "/")).is_dir()
        }
    )
    if not dead:
        return LEFTOVERS.result("pass", "none of dead checkouts")
    # The name comes from a label, which anybody may have given to anything.
    commands = tuple(shlex.join(["envcheck", "clean", "--instance", name]) for name in dead)
    fix = Fix("remove them, data included", commands, destructive=True)
    text = f"the folder is gone of: {', '.join(dead)}"
    return replace(LEFTOVERS.result("warn", text), fix=fix, fault="instance.folder-gone")


CLIENT = Check("docker.client", "client", "~/.docker, contexts, DOCKER_HOST, helpers", client)
ENGINE = Check("docker.engine", "engine", "what answers, its version and API", engine)
_ON = ("docker.engine",)
KERNEL = Check("machine.kernel", "kernel", "forwarding, file watches, memory maps", kernel, _ON)
DISK = Check("machine.disk", "disk", "room where the engine keeps its data", disk, _ON, 30.0)
MEMORY = Check("machine.memory", "memory", "memory for containers", memory, _ON)
ARCHITECTURE = Check(
    "machine.architecture", "architecture", "the processor against the images", architecture, _ON
)
CLOCK = Check("machine.clock", "clock", "the engine's clock against this one", clock, _ON)
PORTS = Check("machine.ports", "ports", "the host's ports that the profile wants", ports, _ON)
POOLS = Check("docker.address-pools", "address pools", "room for more networks", pools, _ON)
LEFTOVERS = Check("envcheck.leftovers", "leftovers", "what dead checkouts left", leftovers, _ON)
