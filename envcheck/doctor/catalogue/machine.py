"""The machine that the containers run on: room, memory, clock, and limits of its kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.core.figures import size
from envcheck.doctor import remedies
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import below, doing, fact, logs_say, mentions, says
from envcheck.doctor.products import as_root, kind_of, product

if TYPE_CHECKING:
    from envcheck.doctor.facts import Facts
    from envcheck.doctor.symptom import Symptom

_LOOK = doing("look")
_GIB = 1 << 30
_LITTLE = 5 * _GIB  # below it DDEV warns too (ddev/ddev, pkg/nodeps/values.go)
_FULL = 0.9
_SKEW = 30.0
_WATCHES, _INSTANCES, _MAP_COUNT = 524288, 512, 262144
_PRUNING = "https://docs.docker.com/engine/manage-resources/pruning/"

# An exhausted inotify says "no space left on device" too (google/cadvisor#1581).
_INOTIFY = mentions(
    "inotify",
    "System limit for number of file watchers reached",
    "user limit on the total number of inotify",
)
_NO_SPACE = mentions("no space left on device", "not enough space on the disk")


def _short(facts: Facts) -> bool:
    return below(facts.engine.disk_free, facts.needs.disk)


def _low(facts: Facts) -> bool:
    free, total = facts.engine.disk_free, facts.engine.disk_total
    if free is None or _short(facts):
        return False
    return free < _LITTLE or (total is not None and free < total * (1 - _FULL))


def _disk(symptom: Symptom) -> str:
    engine, needs = symptom.facts.engine, symptom.facts.needs
    of = f" of {size(engine.disk_total)}" if engine.disk_total else ""
    wish = f"; this profile needs {size(needs.disk)}" if needs.disk else ""
    return f"{size(engine.disk_free or 0)}{of} free where Docker keeps its data{wish}"


def _memory(symptom: Symptom) -> str:
    engine, needs = symptom.facts.engine, symptom.facts.needs
    return (
        f"{size(engine.memory or 0)} for containers; this profile needs {size(needs.memory or 0)}"
    )


def _forwarding_off(facts: Facts) -> bool:
    told = any("IPv4 forwarding is disabled" in warning for warning in facts.engine.warnings)
    return told or facts.engine.ipv4_forwarding is False


def skewed(facts: Facts) -> bool:
    """Whether the engine's clock is known to be wrong."""
    skew = facts.engine.clock_skew
    return skew is not None and abs(skew) > _SKEW


_EXPIRED = says("certificate has expired or is not yet valid")
CLOCK_IS_RIGHT = fact(lambda f: f.engine.clock_skew is not None and not skewed(f))


def _clock(symptom: Symptom) -> str:
    skew = symptom.facts.engine.clock_skew
    if skew is None:
        return "a certificate is out of date, or the engine's clock is wrong"
    return f"the engine's clock is {abs(skew):.0f} s {'ahead' if skew > 0 else 'behind'}"


def _set_clock(symptom: Symptom) -> Fix:
    if symptom.facts.host.wsl:
        text = "set the clock of WSL; if that does not help, end WSL and all that runs in it"
        return Fix(text, (as_root(symptom, "hwclock -s"), "wsl.exe --shutdown"))
    if kind_of(symptom) in ("docker", "rootless"):
        command = as_root(symptom, "timedatectl set-ntp true")
        return Fix("have the clock of the engine's machine set from the network", (command,))
    restart = remedies.restart(symptom)
    return Fix(f"{restart.text}; its clock stops while the machine sleeps", restart.commands)


def _few_inotify(facts: Facts) -> bool:
    return below(facts.host.inotify_watches, facts.needs.inotify_watches) or below(
        facts.host.inotify_instances, facts.needs.inotify_instances
    )


def _raise_inotify(symptom: Symptom) -> Fix:
    watches = remedies.kernel(symptom, "fs.inotify.max_user_watches", _WATCHES)
    instances = remedies.kernel(symptom, "fs.inotify.max_user_instances", _INSTANCES)
    if not watches.commands:
        return Fix(f"{watches.text}; and {instances.text}")
    return Fix(watches.text, (*watches.commands, *instances.commands))


def _map_count(facts: Facts) -> int | None:
    inside = facts.engine.max_map_count
    return facts.host.max_map_count if inside is None else inside


FAULTS = (
    Fault(
        id="machine.ip-forwarding",
        layer="machine",
        severity="fail",
        matches=_LOOK & fact(_forwarding_off),
        what="the kernel forwards no packets, so containers have no network",
        why="net.ipv4.ip_forward is 0: something switched it off after the engine had started",
        remedy=lambda s: remedies.kernel(s, "net.ipv4.ip_forward", 1),
        link="https://docs.docker.com/engine/network/packet-filtering-firewalls/",
    ),
    Fault(
        id="machine.inotify-low",
        layer="machine",
        severity="fail",
        matches=(_INOTIFY & mentions("no space left", "too many open files", "ENOSPC", "limit"))
        | (_LOOK & fact(_few_inotify)),
        what="the kernel lets too few files be watched",
        why="fs.inotify.max_user_watches or max_user_instances is used up; no disk is full",
        remedy=_raise_inotify,
    ),
    Fault(
        id="machine.disk-full",
        layer="machine",
        severity="fail",
        matches=_NO_SPACE & ~_INOTIFY,
        what="the disk is full where Docker keeps its data",
        why="images, volumes, containers and the build cache share that disk",
        remedy=remedies.make_room,
        link=_PRUNING,
    ),
    Fault(
        id="machine.disk-short",
        layer="machine",
        severity="fail",
        matches=_LOOK & fact(_short),
        what=_disk,
        why="images, volumes, containers and the build cache share that disk",
        remedy=remedies.make_room,
        link=_PRUNING,
    ),
    Fault(
        id="machine.disk-low",
        layer="machine",
        severity="warn",
        matches=_LOOK & fact(_low),
        what=_disk,
        why="it is enough for now, and will be full soon",
        remedy=remedies.make_room,
        link=_PRUNING,
    ),
    Fault(
        id="machine.memory-low",
        layer="machine",
        severity="fail",
        matches=_LOOK & fact(lambda f: below(f.engine.memory, f.needs.memory)),
        what=_memory,
        why="containers have the memory of the machine that the engine runs on, no more",
        remedy=lambda s: Fix(product(s).memory),
        link="https://docs.docker.com/desktop/settings-and-maintenance/settings/",
    ),
    Fault(
        id="machine.clock-skew",
        layer="machine",
        severity="warn",
        matches=(_LOOK & fact(skewed)) | (_EXPIRED & ~CLOCK_IS_RIGHT),
        what=_clock,
        why="with a wrong clock good certificates look expired, and times in logs mislead",
        remedy=_set_clock,
    ),
    Fault(
        id="machine.max-map-count",
        layer="machine",
        severity="fail",
        matches=(logs_say("vm.max_map_count") & logs_say("is too low"))
        | (_LOOK & fact(lambda f: below(_map_count(f), f.needs.max_map_count))),
        what="the kernel allows a process too few memory maps (vm.max_map_count)",
        why="Elasticsearch, OpenSearch and their relatives refuse to start below 262144",
        remedy=lambda s: remedies.kernel(
            s, "vm.max_map_count", s.facts.needs.max_map_count or _MAP_COUNT
        ),
    ),
)
