"""How an engine is installed and started on this machine, as commands; and doing so."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.errors import StepFailed
from envcheck.host.shell import as_root, run
from envcheck.host.sockets import ping
from envcheck.run.poll import poll

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.events import Emit
    from envcheck.run.ports import Clock

DAEMON_LOG = "/var/log/dockerd.log"
START_SECONDS = 60.0
"""How long an engine may take to answer after it was started; 5 s were seen on two cores."""

_PING_SECONDS = 2.0
_DAEMON = "dockerd"
# On PATH or not: a plain user's PATH often lacks the administrator's folders.
_PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def find_program(program: str) -> str | None:
    """Where a program is, the administrator's folders included; None where it is not."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:{_PLACES}")


def distribution() -> Mapping[str, str]:
    """The fields of os-release (freedesktop.org, os-release(5)), or nothing where there is none."""
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name: value.strip("\"'") for name, _, value in pairs}


def debian_like() -> bool:
    """Whether this is Debian, Ubuntu or a relative, with apt."""
    facts = distribution()
    family = f"{facts.get('ID', '')} {facts.get('ID_LIKE', '')}".split()
    return "debian" in family and find_program("apt-get") is not None


def install_commands() -> tuple[str, ...]:
    """How to install the distribution's engine; nothing where we do not know."""
    if not debian_like():
        return ()
    # The recommended packages belong to a working engine: apparmor where the kernel uses it,
    # cgroupfs-mount where no systemd mounts the control groups.
    return tuple(map(as_root, ("apt-get update", "apt-get install -y docker.io")))


def start_commands() -> tuple[str, ...]:
    """The ways to start an installed engine here, best first."""
    own = f"sh -c 'setsid {_DAEMON} >{DAEMON_LOG} 2>&1 </dev/null &'"
    if Path("/run/systemd/system").is_dir():  # sd_booted(3)
        return (as_root("systemctl start docker"),)
    service = ("service docker start",) if Path("/etc/init.d/docker").exists() else ()
    return tuple(map(as_root, (*service, own)))


def install(emit: Emit) -> None:
    """Install the distribution's engine.

    Raises:
        StepFailed: a command failed.
    """
    for command in install_commands():
        run(command, emit)


def start(socket_path: str, emit: Emit, clock: Clock) -> None:
    """Start an installed engine, by the first way that works.

    Raises:
        StepFailed: none did; the engine's own last lines are the evidence.
    """
    failures: list[str] = []
    commands = start_commands()
    # The last way once more: an engine that was killed a moment ago is still in the process table,
    # and until it is gone the next one takes its pid file for that of a running engine.
    for command in (*commands, *commands[-1:]):
        begun = time.time()
        try:
            run(command, emit)
        except StepFailed as error:
            # A service script may be refused where there is no real init: then the next way.
            failures += [error.what, *error.evidence]
            continue
        seconds = START_SECONDS
        if poll(lambda: _answers(socket_path) or None, seconds=seconds, clock=clock):
            return
        failures += [f"`{command}` brought no answer on {socket_path} in {seconds:.0f} s"]
        failures += _log_since(begun)
    raise StepFailed(
        "the Docker engine could not be started", id="docker.start-failed", evidence=failures
    )


def _answers(socket_path: str) -> bool:
    with contextlib.suppress(OSError):
        return b" 200 " in ping(socket_path, _PING_SECONDS)
    return False


def _log_since(begun: float) -> list[str]:
    log = Path(DAEMON_LOG)
    with contextlib.suppress(OSError):
        if log.stat().st_mtime >= begun:
            return log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:]
    return []
