"""A bare machine: what a new teammate's first command meets.

It is a Debian with nothing but Python, git and certificates: a root folder, and mount, process
id, control group, host name and network namespaces around one process that does nothing. All that
runs in the machine is in those namespaces and ends with that process; the mounts are never seen
outside them, so that removing its folder cannot reach through one.
"""

from __future__ import annotations

import shlex
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import apt, cache, cgroups, network, reach, terminals
from .ending import end
from .leases import lease
from .packages import ensure
from .shell import LabError, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .leases import Lease

CONTENT = ("ca-certificates", "python3", "python3-venv", "git")
SCRIPT = Path(__file__).with_name("machine.sh")
BOOTSTRAP_SECONDS = 600.0
COPY_SECONDS = 120.0
RUN_SECONDS = 600.0
ENVIRONMENT = {
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "TERM": "xterm-256color",
}
HOSTS = "127.0.0.1 localhost bare\n::1 localhost\n"


@dataclass(frozen=True)
class Machine:
    """A running bare machine.

    Attributes:
        netns: the name of its network namespace.
        pid: the process id of its init, on this machine.
        name: the name of its control groups.
    """

    netns: str
    pid: int
    name: str

    @property
    def root(self) -> Path:
        """Its files as seen from here, to read them; absolute links lead to this machine's."""
        return Path(f"/proc/{self.pid}/root")

    def command(
        self, argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: str = "/root"
    ) -> list[str]:
        """The command that runs ``argv`` in the machine, for a process of one's own.

        Args:
            argv: the program and its arguments.
            env: variables besides HOME, PATH and the like; ours are not passed on.
            cwd: where it runs.
        """
        variables = {**ENVIRONMENT, **reach.environment(), **(env or {})}
        words = [f"{name}={value}" for name, value in variables.items()]
        spaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        enter = ["nsenter", f"--target={self.pid}", *spaces, "--"]
        inner = ["env", "--ignore-environment", f"--chdir={cwd}", *words, *argv]
        groups = [root / self.name / cgroups.LEAF for root in cgroups.hierarchies()]
        return cgroups.joining(groups, [*enter, *inner])

    def run(  # noqa: PLR0913  (as many as subprocess.run offers for the same)
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        timeout: float = RUN_SECONDS,
        cwd: str = "/root",
        tty: bool = False,
        text: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the machine to its end, whatever its exit code.

        What it leaves running must not hold its stdout or stderr, or this waits for that too.

        Args:
            argv: the program and its arguments.
            env: variables besides HOME, PATH and the like; ours are not passed on.
            timeout: seconds it may take.
            cwd: where it runs.
            tty: whether it runs on a terminal; stderr is then part of stdout.
            text: what it reads from stdin, or what is typed at its terminal.

        Raises:
            subprocess.TimeoutExpired: it took too long.
        """
        if tty:
            # A session of its own, whose terminal this is: Ctrl-C and hang-up reach the program.
            argv = ["setsid", "--ctty", "--wait", *argv]
        run_it = terminals.on_terminal if tty else terminals.piped
        try:
            done = run_it(self.command(argv, env=env, cwd=cwd), text, timeout)
        except subprocess.TimeoutExpired as late:
            # Named as the caller knows it, not by the long way into the machine.
            raise subprocess.TimeoutExpired(list(argv), timeout, late.output) from None
        done.args = list(argv)
        return done

    def copy_in(self, src: Path, dst: str) -> None:
        """Copy a file to the path ``dst``, or what a folder holds into the folder ``dst``.

        Written from within the machine, so that links there lead where they lead for it. Folders
        on the way are made.

        Raises:
            LabError: it cannot be read or written.
        """
        place = Path(dst)
        if src.is_dir():
            self._unpack(["tar", "--create", "--directory", str(src), "."], dst)
            return
        rename = f"--transform=s|.*|{place.name}|"
        pack = ["tar", "--create", "--directory", str(src.parent), rename, src.name]
        self._unpack(pack, str(place.parent))

    def _unpack(self, pack: list[str], folder: str) -> None:
        extract = 'mkdir -p "$0" && tar --extract --no-same-owner --directory "$0"'
        writer = self.command(["sh", "-c", extract, folder])
        # A pipeline, whose first failure counts as much as its last.
        script = f"set -o pipefail; {shlex.join(pack)} | {shlex.join(writer)}"
        run("bash", "-c", script, timeout=COPY_SECONDS)


def bootstrap(suite: str = "bookworm") -> Path:
    """The root folder that all bare machines of this suite share, made on first use.

    Nothing may write to it: each machine lays a layer of its own over it.

    Raises:
        LabError: it cannot be made, most often since the mirror cannot be reached.
    """
    ensure("mmdebstrap")
    return cache.kept(f"bare-{suite}", lambda target: _debootstrap(suite, target))


def _debootstrap(suite: str, target: Path) -> None:
    options = [f"--aptopt={option}" for option in apt.reach_options()]
    content = f"--include={','.join(CONTENT)}"
    fixed = ["mmdebstrap", "--variant=minbase", "--mode=root", "--format=directory"]
    argv = [*fixed, content, *options, suite, str(target), apt.source_line(suite)]
    run(*argv, timeout=BOOTSTRAP_SECONDS)


@contextmanager
def machine(work: Path, suite: str = "bookworm") -> Iterator[Machine]:
    """Run a fresh bare machine until the context ends; all that ran in it ends then.

    Args:
        work: where its files go, in a folder that is removed again; not on an overlay.
        suite: the Debian release.

    Raises:
        LabError: it could not be set up or taken down.
    """
    base = bootstrap(suite)
    with lease(work) as claimed:
        for folder in ("root", "work", "upper", "docker"):
            (claimed.home / folder).mkdir()
        _equip(claimed.home / "upper")
        space = network.make(claimed.name)
        cgroups.make(claimed.name)
        with _running(claimed, space, base) as pid:
            started = Machine(space.name, pid, claimed.name)
            _trust(started)
            yield started


def _equip(upper: Path) -> None:
    """Write what a machine has besides the packages: its name, and the way to the registries."""
    reach.equip(upper)
    (upper / "etc/hosts").write_text(HOSTS)
    (upper / "etc/hostname").write_text("bare\n")


def _trust(machine: Machine) -> None:
    """Have the machine trust each local certificate by name; some programs read no bundle.

    Raises:
        LabError: it refuses.
    """
    done = machine.run(["update-ca-certificates"])
    if done.returncode:
        raise LabError(f"the machine's certificates: {done.stderr}")


@contextmanager
def _running(claimed: Lease, space: network.Namespace, base: Path) -> Iterator[int]:
    """Start the machine's init; yields its process id once all mounts are laid."""
    groups = [folder / claimed.name for folder in cgroups.hierarchies()]
    # With --kill-child the init, and with it all of the machine, ends with the `unshare`.
    kinds = ["--mount", "--pid", "--cgroup", "--uts", "--ipc", "--fork", "--kill-child"]
    argv = ["unshare", *kinds, "sh", *map(str, [SCRIPT, claimed.home, base, *groups])]
    with subprocess.Popen(
        cgroups.joining(groups, space.command(argv)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield _ready(process, claimed.name)
        finally:
            end(process)
            cgroups.dismantle(claimed.name)


def _ready(process: subprocess.Popen[str], name: str) -> int:
    """Wait for the script's word; returns the init's process id.

    Raises:
        LabError: the script ended without it.
    """
    if process.stdout is None or process.stderr is None:
        raise LabError("the machine was started without pipes")
    if process.stdout.readline().strip() != "ready":
        raise LabError(f"the bare machine did not start: {process.stderr.read().strip()}")
    (init,) = cgroups.processes(name) - {process.pid}
    cgroups.settle(name)
    return init
