"""The machine that the containers run on."""

from __future__ import annotations

from envcheck.doctor.facts import EngineFacts, Facts, HostFacts, Needs
from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording

_GB = 10**9


def _look(engine: EngineFacts, needs: Needs | None = None) -> Symptom:
    return Symptom("look", facts=Facts(engine=engine, needs=needs or Needs()))


RECORDED = (
    Recording(
        "machine.ip-forwarding",
        _look(
            EngineFacts(ipv4_forwarding=False, warnings=("WARNING: IPv4 forwarding is disabled",))
        ),
        "real: engines 20.10.24 and 28.5.2 with --ip-forward=false and ip_forward=0",
    ),
    Recording(
        "machine.disk-full",
        Symptom(
            "build",
            text="Error processing tar file(exit status 1): write /big: no space left on device",
            status=500,
        ),
        "real: an import into engine 20.10.24 with a disk of 6 MB",
    ),
    Recording(
        "machine.disk-full",
        Symptom("pull", "redis:8.0.2", "write /big: no space left on device", status=500),
        "real: an import into engine 28.5.2 with a disk of 6 MB; a pull says the same",
    ),
    Recording(
        "machine.disk-full",
        Symptom(
            "wait",
            "webapp-db",
            state="exited",
            exit_code=1,
            logs=(
                (
                    "running bootstrap script ... 2026-11-24 07:47:12.694 UTC [22552] FATAL: "
                    ' could not write to file "pg_wal/xlogtemp.22552": No space left on device'
                ),
            ),
        ),
        "real: initdb of PostgreSQL 15.18 on a disk of 3 MB",
    ),
    Recording(
        "machine.disk-short",
        _look(
            EngineFacts(disk_free=2 * _GB, disk_total=252 * _GB, reclaimable=41 * _GB),
            Needs(disk=3 * _GB),
        ),
        "facts: `docker system df` and statvfs",
    ),
    Recording(
        "machine.disk-low",
        _look(EngineFacts(disk_free=4 * _GB, disk_total=60 * _GB), Needs(disk=3 * _GB)),
        "facts: statvfs; the limits are DDEV's",
    ),
    Recording(
        "machine.memory-low",
        _look(EngineFacts(kind="docker-desktop", memory=2_084_503_552), Needs(memory=4 * _GB)),
        "facts: MemTotal of a virtual machine of 2 GB",
    ),
    Recording(
        "machine.clock-skew",
        _look(EngineFacts(kind="docker-desktop", clock_skew=-5412.0)),
        "facts: docker/for-win#4526, after the machine had slept",
    ),
    Recording(
        "machine.clock-skew",
        Symptom(
            "pull",
            "10.213.0.2:5002/x:1",
            'Get "https://10.213.0.2:5002/v2/": tls: failed to verify certificate: x509:'
            " certificate has expired or is not yet valid: current time 2026-11-24T07:30:08Z is"
            " after 2026-11-23T07:30:07Z",
            status=500,
        ),
        "real: engine 28.5.2; 20.10.24 says the same from `x509:` on",
    ),
    Recording(
        "machine.inotify-low",
        Symptom(
            "wait",
            "webapp-web",
            state="exited",
            exit_code=1,
            logs=(
                "Error: ENOSPC: System limit for number of file watchers reached, watch '/app/src'",
            ),
        ),
        "quoted: coder/docs; Node's fs.watch",
    ),
    Recording(
        "machine.inotify-low",
        Symptom(
            "wait",
            "cadvisor",
            state="exited",
            exit_code=255,
            logs=(
                (
                    "Failed to start container manager: inotify_add_watch /sys/fs/cgroup/"
                    "cpuacct,cpu: no space left on device"
                ),
            ),
        ),
        "quoted: google/cadvisor#1581; likewise the kubelet, with `cpu,cpuacct`",
    ),
    Recording(
        "machine.inotify-low",
        Symptom(
            "look",
            facts=Facts(
                HostFacts(inotify_watches=8192, inotify_instances=128),
                needs=Needs(inotify_watches=65536),
            ),
        ),
        "facts: the defaults of a kernel before 5.11",
    ),
    Recording(
        "machine.max-map-count",
        Symptom(
            "wait",
            "webapp-search",
            state="exited",
            exit_code=78,
            logs=(
                (
                    "ERROR: [1] bootstrap checks failed. You must address the points described in"
                    " the following [1] lines before starting Elasticsearch."
                ),
                (
                    "bootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count"
                    " [65530] is too low, increase to at least [262144]"
                ),
            ),
        ),
        "quoted: markshust/docker-magento#190",
    ),
    Recording(
        "machine.max-map-count",
        Symptom(
            "look",
            facts=Facts(HostFacts(max_map_count=65530), needs=Needs(max_map_count=262144)),
        ),
        "facts: a kernel's default",
    ),
)
