"""The engine that answered."""

from __future__ import annotations

from envcheck.doctor.facts import EngineFacts, Facts, HostFacts, Kind, Needs
from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording


def _look(
    engine: EngineFacts, host: HostFacts | None = None, needs: Needs | None = None
) -> Symptom:
    return Symptom("look", facts=Facts(host or HostFacts(), engine=engine, needs=needs or Needs()))


def _desktop(version: str, os_type: str = "linux") -> EngineFacts:
    kind: Kind = "docker-desktop"
    return EngineFacts(kind=kind, platform=version, os_type=os_type, architecture="x86_64")


RECORDED = (
    Recording(
        "docker.windows-containers",
        _look(_desktop("Docker Desktop 4.37.1 (178610)", "windows"), HostFacts(system="windows")),
        "facts: kubernetes/minikube, PROVIDER_DOCKER_WINDOWS_CONTAINERS",
    ),
    Recording(
        "docker.windows-containers",
        Symptom(
            "pull",
            "redis:8.0.2",
            "no matching manifest for windows/amd64 10.0.22631 in the manifest list entries",
            status=404,
        ),
        "quoted: Docker Desktop on Windows 11 (moby, distribution/pull_v2.go)",
    ),
    Recording(
        "docker.known-bad-version",
        _look(_desktop("Docker Desktop 4.34.0 (165256)"), HostFacts(system="darwin")),
        "facts: docker/cli#5412",
    ),
    Recording(
        "docker.too-old",
        _look(
            EngineFacts(kind="docker", version="20.10.24+dfsg1", api="1.41", min_api="1.12"),
            needs=Needs(docker=">=25.0"),
        ),
        "facts: Debian 12's engine; the wish is DDEV's",
    ),
    Recording(
        "docker.podman",
        _look(EngineFacts(kind="podman", version="4.3.1", api="1.41", min_api="1.24")),
        "facts: Debian 12's Podman (ddev/ddev, pkg/dockerutil/providers.go)",
    ),
    Recording(
        "docker.podman",
        Symptom(
            "pull",
            "d3fk/mailman2:latest",
            'error getting default registries to try: short-name "d3fk/mailman2:latest" did not'
            " resolve to an alias and no unqualified-search registries are defined in"
            ' "/etc/containers/registries.conf"',
            status=500,
        ),
        "quoted: containers/podman#14000",
    ),
    Recording(
        "docker.rootless",
        _look(
            EngineFacts(
                kind="rootless",
                version="20.10.24+dfsg1",
                cgroup_version="2",
                security_options=("name=seccomp,profile=default", "name=rootless"),
                warnings=("WARNING: Running in rootless-mode without cgroups.",),
            )
        ),
        "facts: moby, daemon/info_unix.go",
    ),
    Recording(
        "docker.rootless",
        Symptom(
            "start",
            text="driver failed programming external connectivity on endpoint proxy (811c2b87):"
            " Error starting userland proxy: error while calling PortManager.AddPort(): cannot"
            " expose privileged port 443, you can add 'net.ipv4.ip_unprivileged_port_start=443' to"
            " /etc/sysctl.conf (currently 1024), or set CAP_NET_BIND_SERVICE on rootlesskit binary,"
            " or choose a larger port number (>= 1024): listen tcp4 0.0.0.0:443: bind: permission"
            " denied",
            status=500,
        ),
        "quoted: evertramos/nginx-proxy-automation#257 (20.10, rootless)",
    ),
    Recording(
        "docker.selinux",
        _look(
            EngineFacts(
                kind="docker",
                security_options=("name=seccomp,profile=builtin", "name=selinux", "name=cgroupns"),
            ),
            needs=Needs(binds=True),
        ),
        "facts: ddev/ddev, pkg/dockerutil/providers.go",
    ),
    Recording(
        "docker.cgroup-v1",
        _look(
            EngineFacts(
                kind="docker",
                version="28.5.2+dfsg4",
                api="1.51",
                min_api="1.24",
                os_type="linux",
                architecture="x86_64",
                security_options=("name=seccomp,profile=builtin",),
                cgroup_version="1",
                ipv4_forwarding=True,
            )
        ),
        "real: engine 28.5.2 on Debian 12, which warns of nothing",
    ),
    Recording(
        "docker.cgroup-mount",
        Symptom("start", text="cgroups: cannot find cgroup mount destination: unknown", status=500),
        "quoted: microsoft/WSL#4189",
    ),
    Recording(
        "docker.iptables-stale",
        Symptom(
            "start",
            text="driver failed programming external connectivity on endpoint xenodochial_mclean"
            " (2416c4798870775734e536c5b7c6cdbb663e1bb4507b3375afdb38cd72b52077):  (iptables"
            " failed: iptables --wait -t nat -A DOCKER -p tcp -d 0/0 --dport 8088 -j DNAT"
            " --to-destination 10.99.0.2:80 ! -i docker0: iptables: No chain/target/match by that"
            " name.\n (exit status 1))",
            status=500,
        ),
        "real: engine 20.10.24, chains flushed",
    ),
    Recording(
        "docker.iptables-stale",
        Symptom(
            "start",
            text="failed to set up container networking: driver failed programming external"
            " connectivity on endpoint amazing_mendeleev (40176c41d7b4): Unable to enable DNAT"
            " rule:  (iptables failed: iptables --wait -t nat -A DOCKER -p tcp -d 0/0 --dport 8088"
            " -j DNAT --to-destination 10.99.0.2:80 ! -i docker0: iptables: No chain/target/match"
            " by that name.\n (exit status 1))",
            status=500,
        ),
        "real: engine 28.5.2, chains flushed",
    ),
    Recording(
        "docker.storage-read-only",
        Symptom(
            "create",
            "cat-v",
            "create cat-v: error while creating volume root path '/var/lib/docker/volumes/cat-v':"
            " mkdir /var/lib/docker/volumes/cat-v: read-only file system",
            status=500,
        ),
        "real: engines 20.10.24 and 28.5.2, their data remounted read-only",
    ),
    Recording(
        "docker.storage-read-only",
        Symptom(
            "create",
            text="mkdir /var/lib/docker/overlay2/39c21c29464f8f02192fe6a063e6f88fbe738862-init:"
            " read-only file system",
            status=500,
        ),
        "real: engines 20.10.24 and 28.5.2, their data remounted read-only",
    ),
    Recording(
        "docker.mount-denied",
        Symptom(
            "create",
            text="Mounts denied: \nThe path /opt/project is not shared from the host and is not"
            " known to Docker.\nYou can configure shared paths from Docker -> Preferences... ->"
            " Resources -> File Sharing.",
            status=500,
        ),
        "quoted: Docker Desktop for Mac (kubernetes/minikube, reason/known_issues.go)",
    ),
)
