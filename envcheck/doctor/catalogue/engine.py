"""The engine that answered: what product it is, how old, and whether its own house is in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.doctor import remedies
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import doing, fact, says
from envcheck.doctor.products import as_root, kind_of, product
from envcheck.doctor.versions import meets

if TYPE_CHECKING:
    from envcheck.doctor.facts import Facts
    from envcheck.doctor.symptom import Symptom

_LOOK = doing("look")

# Releases of Docker Desktop that minikube refuses (kubernetes/minikube, registry/drvs/docker), and
# the system they are broken on; nothing means all. 4.34.0 is docker/cli#5412.
_BROKEN_DESKTOPS = {"4.16.0": "", "4.34.0": "darwin"}
_DESKTOP = re.compile(r"Docker Desktop (\d+\.\d+\.\d+)")


def _broken_desktop(facts: Facts) -> str:
    found = _DESKTOP.match(facts.engine.platform)
    if not found or found[1] not in _BROKEN_DESKTOPS:
        return ""
    system = _BROKEN_DESKTOPS[found[1]]
    return found[1] if system in ("", facts.host.system) else ""


def _too_old(facts: Facts) -> bool:
    version, wanted = facts.engine.version, facts.needs.docker
    return bool(version and wanted) and not meets(version, wanted)


def _versions(symptom: Symptom) -> str:
    engine, needs = symptom.facts.engine, symptom.facts.needs
    return f"the engine is {engine.version}; the profile needs {needs.docker}"


def _upgrade(symptom: Symptom) -> Fix:
    return Fix(f"upgrade {product(symptom).name}")


def _mount_cgroup(symptom: Symptom) -> Fix:
    if symptom.facts.host.wsl:
        text = "end WSL, so that it mounts them anew; this ends all that runs in it"
        return Fix(text, ("wsl.exe --shutdown",))
    place = "/sys/fs/cgroup/systemd"
    return Fix(
        "mount the group that is missing, until the next boot",
        (
            as_root(symptom, f"mkdir -p {place}"),
            as_root(symptom, f"mount -t cgroup -o none,name=systemd cgroup {place}"),
        ),
    )


def _share(symptom: Symptom) -> Fix:
    desktop = kind_of(symptom) in ("docker", "docker-desktop")  # an Engine shares everything
    name = "Docker Desktop" if desktop else product(symptom).name
    where = f"{name}: Settings > Resources > File sharing" if desktop else f"{name}'s settings"
    return Fix(f"share the folder in {where}; or move the project below your home folder")


FAULTS = (
    Fault(
        id="docker.windows-containers",
        layer="engine",
        severity="fail",
        matches=(_LOOK & fact(lambda f: f.engine.os_type == "windows"))
        | says("no matching manifest for windows"),
        what="the engine runs Windows containers",
        why="the images of profiles are for Linux",
        remedy=Fix("choose 'Switch to Linux containers' in the menu of Docker Desktop's icon"),
        link="https://docs.docker.com/desktop/troubleshoot-and-support/faqs/windowsfaqs/",
    ),
    Fault(
        id="docker.known-bad-version",
        layer="engine",
        severity="fail",
        matches=_LOOK & fact(_broken_desktop),
        what=lambda s: f"Docker Desktop {_broken_desktop(s.facts)} is a broken release",
        why="it is known to fail on this system; the releases after it do not",
        remedy=Fix("upgrade Docker Desktop"),
        link="https://docs.docker.com/desktop/release-notes/",
    ),
    Fault(
        id="docker.too-old",
        layer="engine",
        severity="fail",
        matches=_LOOK & fact(_too_old),
        what=_versions,
        why="the profile says so under `requires: docker`",
        remedy=_upgrade,
        link="https://docs.docker.com/engine/install/",
    ),
    Fault(
        id="docker.podman",
        layer="engine",
        severity="warn",
        matches=(_LOOK & fact(lambda f: f.engine.kind == "podman"))
        | says("did not resolve to an alias", "short-name resolution enforced"),
        what="Podman answers behind the Docker API",
        why="it is not tried with envcheck, and knows no short names of images by itself",
        remedy=Fix(
            "write images with their registry, as in docker.io/library/redis:8.0.2; or add"
            ' unqualified-search-registries = ["docker.io"] to /etc/containers/registries.conf'
        ),
    ),
    Fault(
        id="docker.rootless",
        layer="engine",
        severity="info",
        matches=(_LOOK & fact(lambda f: f.engine.kind == "rootless"))
        | says("cannot expose privileged port"),
        what="the engine runs without root",
        why="it publishes no port below 1024, and limits memory only with cgroup v2 and systemd",
        remedy=lambda s: Fix(
            "publish ports from 1024 on; or let everybody use the lower ones",
            (as_root(s, "sysctl -w net.ipv4.ip_unprivileged_port_start=0"),),
        ),
        link="https://docs.docker.com/engine/security/rootless/",
    ),
    Fault(
        id="docker.selinux",
        layer="engine",
        severity="info",
        matches=_LOOK
        & fact(lambda f: f.needs.binds and "name=selinux" in f.engine.security_options),
        what="SELinux guards the host's folders from containers",
        why="a mounted folder looks forbidden from inside until it is labelled for containers",
        remedy=Fix("add `:z` to the mount (`:Z` if one container alone uses the folder)"),
        link="https://docs.docker.com/engine/storage/bind-mounts/#configure-the-selinux-label",
    ),
    Fault(
        id="docker.cgroup-v1",
        layer="engine",
        severity="info",
        matches=_LOOK & fact(lambda f: f.engine.cgroup_version == "1"),
        what="the kernel groups processes in the old way (cgroup v1)",
        why="it works today; engines will drop it, not before May 2029",
        remedy=Fix("nothing need be done now; newer releases of distributions use cgroup v2"),
        link="https://docs.docker.com/engine/containers/runmetrics/#control-groups",
    ),
    Fault(
        id="docker.cgroup-mount",
        layer="engine",
        severity="fail",
        matches=says("cannot find cgroup mount destination"),
        what="the engine cannot place containers: a control group is not mounted",
        why="it happens in old WSL2 and in engines that run inside containers",
        remedy=_mount_cgroup,
    ),
    Fault(
        id="docker.iptables-stale",
        layer="engine",
        severity="fail",
        matches=says("No chain/target/match by that name"),
        what="the engine's firewall rules are gone",
        why="a firewall that was reloaded has flushed the chains that Docker made at its start",
        remedy=remedies.restart,
        link="https://docs.docker.com/engine/network/packet-filtering-firewalls/",
    ),
    Fault(
        id="docker.storage-read-only",
        layer="engine",
        severity="fail",
        matches=doing("pull", "build", "create", "start", "remove")
        & says("read-only file system")
        & says("/var/lib/docker", "/overlay2/", "/volumes/", "/containers/", "containerd")
        & ~says("creating mount source path"),
        what="the engine cannot write where it keeps its data",
        why="the file system went read-only, as it does after an error of the disk",
        remedy=remedies.restart,
    ),
    Fault(
        id="docker.mount-denied",
        layer="engine",
        severity="fail",
        matches=says("mounts denied", "ipc/filesharing/share", "is not shared from the host"),
        what="a folder of this machine may not be mounted into containers",
        why="the engine runs in a virtual machine, which sees only the folders shared with it",
        remedy=_share,
        link="https://docs.docker.com/desktop/settings-and-maintenance/settings/#file-sharing",
    ),
)
