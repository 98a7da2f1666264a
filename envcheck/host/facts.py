"""What this machine is, as facts for the diagnosis: read, never judged."""

from __future__ import annotations

import contextlib
import getpass
import grp
import os
import platform
import shutil
import stat
from pathlib import Path

from envcheck.doctor.facts import HostFacts, SeenSocket, SocketState, System
from envcheck.host.engines import debian_like, find_program, install_commands, start_commands
from envcheck.host.sockets import ping

_KERNEL = Path("/proc/sys")
_SYSTEMS: dict[str, System] = {"Linux": "linux", "Darwin": "darwin", "Windows": "windows"}
_PING_SECONDS = 0.5


def host_facts(socket_path: str | None) -> HostFacts:
    """Look at the machine; ``socket_path`` is where the engine that is meant listens."""
    system = _SYSTEMS.get(platform.system(), "")
    user = getpass.getuser()
    group = _group_of(socket_path)
    return HostFacts(
        system=system,
        wsl="microsoft" in platform.release().lower() or "WSL_INTEROP" in os.environ,
        systemd=Path("/run/systemd/system").is_dir(),
        user=user,
        root=os.geteuid() == 0,
        sudo_user=os.environ.get("SUDO_USER", ""),
        socket_group=group.gr_name if group else "",
        in_socket_group=group is not None and user in group.gr_mem,
        group_in_session=group is not None and group.gr_gid in os.getgroups(),
        dockerd=find_program("dockerd") is not None,
        cli=shutil.which("docker") or "",
        install=install_commands() if debian_like() else (),
        start=start_commands(),
        sockets=tuple(SeenSocket(path, socket_state(path)) for path in well_known_sockets()),
        inotify_watches=_kernel("fs/inotify/max_user_watches"),
        inotify_instances=_kernel("fs/inotify/max_user_instances"),
        max_map_count=_kernel("vm/max_map_count"),
        https_proxy=os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy") or "",
    )


def well_known_sockets() -> tuple[str, ...]:
    """Where engines are known to listen.

    The list of nektos/act (pkg/container/docker_socket.go), and the products' own folders.
    """
    home = Path.home()
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    places = [
        "/var/run/docker.sock",
        "/run/podman/podman.sock",
        *(f"{runtime}/{name}" for name in ("docker.sock", "podman/podman.sock") if runtime),
        *(
            str(home / name)
            for name in (
                ".docker/run/docker.sock",
                ".docker/desktop/docker.sock",
                ".colima/docker.sock",
                ".colima/default/docker.sock",
                ".orbstack/run/docker.sock",
                ".rd/docker.sock",
            )
        ),
    ]
    return tuple(places)


def socket_state(path: str) -> SocketState:
    """Whether an engine answers at a socket, and if not, why."""
    place = Path(path)
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        return "broken" if place.is_symlink() else "absent"
    except PermissionError:
        return "forbidden"
    except OSError:
        return "broken"
    return _ping(path) if stat.S_ISSOCK(mode) else "broken"


def _ping(path: str) -> SocketState:
    try:
        return "answers" if ping(path, _PING_SECONDS).startswith(b"HTTP/1") else "broken"
    except PermissionError:
        return "forbidden"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "broken"


def _group_of(path: str | None) -> grp.struct_group | None:
    if path is None:
        return None
    with contextlib.suppress(OSError, KeyError):
        return grp.getgrgid(Path(path).stat().st_gid)
    with contextlib.suppress(KeyError):
        return grp.getgrnam("docker")
    return None


def _kernel(name: str) -> int | None:
    try:
        return int((_KERNEL / name).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
