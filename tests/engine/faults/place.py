"""A place of its own on this machine: what is mounted and started in it is seen there alone."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.engine.cli import Cli
from tests.lab.shell import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

USER = "tester"
_ID = "4242"
_HOME = f"/home/{USER}"
# A plain user may not read Python where root has installed it. This lets them read, and no more:
# a socket needs the right to write.
_READ = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")

EMPTY_RUN = "mount -t tmpfs -o mode=0755 tmpfs /run"
NO_ENGINE = "mount --bind /dev/null /usr/sbin/dockerd"


@dataclass(frozen=True)
class Place:
    """A running place; ``pid`` is its first process."""

    pid: int

    def enter(self, *, groups: str = "--init-groups", user: str = "") -> list[str]:
        """What stands before a command that is to run here, as root or as a plain user."""
        into = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--net", "--"]
        if not user:
            return into
        return [*into, *as_user(user, groups)]

    def cli(self, folder: Path, *, user: str = "", groups: str = "--init-groups") -> Cli:
        """The command line here, where nothing but the default chooses an engine."""
        home = _HOME if user else "/root"
        who = {"USER": user or "root", "LOGNAME": user or "root", "HOME": home}
        prefix = [*self.enter(user=user, groups=groups), "env", f"--chdir={folder}"]
        environment = {**who, "XDG_STATE_HOME": f"{home if user else folder}/.state"}
        return Cli(folder, environment, prefix)

    def run(self, script: str) -> str:
        """Run a shell script here, as root."""
        argv = [*self.enter(), "sh", "-ec", script]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@contextmanager
def place(*setup: str, netns: str = "") -> Iterator[Place]:
    """Make a place by some shell commands; all that was started in it ends with it.

    Args:
        setup: what makes it what it is, run as root.
        netns: the name of a network namespace; the machine's own when left out.
    """
    script = "\n".join(("set -e", *setup, "echo ready", "exec cat"))
    net = ["nsenter", f"--net=/run/netns/{netns}"] if netns else []
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    with subprocess.Popen(
        [*net, *apart, "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as outer:
        try:
            if not (outer.stdout and outer.stdout.readline() == "ready\n"):
                outer.kill()
                raise LabError(f"no place: {outer.stderr.read() if outer.stderr else ''}")
            children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text()
            yield Place(int(children.split()[0]))
        finally:
            outer.kill()


def as_user(user: str, groups: str) -> list[str]:
    """What stands before a command that root runs as a plain user."""
    return ["setpriv", f"--reuid={user}", f"--regid={_ID}", groups, *_READ]


def private(*folders: str, scratch: Path) -> tuple[str, ...]:
    """The commands after which changes in these folders are seen in the place alone."""
    commands = [f"mount -t tmpfs tmpfs {scratch}"]
    for folder in folders:
        mine = f"{scratch}/{folder.strip('/').replace('/', '-')}"
        options = f"lowerdir={folder},upperdir={mine}/new,workdir={mine}/work"
        commands += [f"mkdir -p {mine}/new {mine}/work"]
        commands += [f"mount -t overlay -o {options} overlay {folder}"]
    return tuple(commands)


def with_user(scratch: Path, *groups: str) -> tuple[str, ...]:
    """The commands that make a plain user who may use sudo, in these groups by name."""
    return (
        *private("/etc", "/home", scratch=scratch),
        f"useradd --uid {_ID} --create-home {USER} 2>/dev/null",
        f"echo '{USER} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/{USER}",
        *(f"usermod -aG {group} {USER}" for group in groups),
    )


def strangers(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a program that is none of Docker's business."""
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
