"""The lab leaves nothing behind; without that, no other test on it could be believed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lab import bare, engine_api, engines, registry, shared

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(os.geteuid() != 0, reason="the lab makes namespaces: needs root"),
]

# A process that outlives the command that started it, as a daemon does.
LINGER = ["sh", "-c", "setsid sleep 1000 > /dev/null 2>&1 &"]


def traces(name: str) -> Iterator[str]:
    """Every place on this machine that still bears a lease's name."""
    rules = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout
    yield from (rule for rule in rules.splitlines() if name in rule)
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    yield from (mount for mount in mounts if name in mount)
    for folder in ("/sys/class/net", "/run/netns", "/run/envcheck-lab", "/sys/fs/cgroup"):
        yield from map(str, Path(folder).glob(f"**/{name}"))
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cgroup").read_text() + (process / "cmdline").read_text()
        except OSError:  # it has ended meanwhile
            continue
        if name in told:
            yield f"{process}: {told}"


@pytest.mark.parametrize("which", ["distribution", "current"])
def test_an_engine_answers_and_leaves_nothing(which: engines.Which, tmp_path: Path) -> None:
    with engines.start(which, tmp_path) as engine:
        assert engine_api.answers(engine.socket)
        assert Path(f"/proc/{engine.pid}/comm").read_text() == "dockerd\n"
        assert list(traces(engine.netns))
    assert not list(traces(engine.netns))
    assert not list(tmp_path.iterdir())


def test_two_engines_at_once_do_not_meet(tmp_path: Path) -> None:
    with engines.start("current", tmp_path) as one, engines.start("current", tmp_path) as other:
        assert one.socket != other.socket
        assert engine_api.answers(one.socket)
        assert engine_api.answers(other.socket)


def test_an_engine_and_its_registry_share_a_loopback(tmp_path: Path) -> None:
    with shared.namespace() as net, registry.serve(tmp_path, netns=net.name) as served:
        extra = ["--registry-mirror", served.url]
        with engines.start("current", tmp_path, netns=net.name, extra_args=extra) as engine:
            ask = engine.command(["python3", "-c", registry.ASK, f"{served.url}/v2/"])
            subprocess.run(ask, check=True, env=engine.environment())
            assert served.url in engine_api.get(engine.socket, "/info").decode()
    assert not list(traces(net.name))
    assert not list(tmp_path.iterdir())


def test_a_bare_machine_runs_commands_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "file").write_text("from outside")
    with bare.machine(tmp_path / "work") as machine:
        assert machine.run(["which", "docker"]).returncode == 1
        machine.copy_in(tmp_path / "given", "/srv/taken")
        assert machine.run(["cat", "file"], cwd="/srv/taken").stdout == "from outside"
        assert machine.run(["sh", "-c", "exit 7"]).returncode == 7
        assert machine.run(["test", "-t", "1"], tty=True).returncode == 0
        assert machine.run(["cat"], text="typed").stdout == "typed"
        with pytest.raises(subprocess.TimeoutExpired):
            machine.run(["sleep", "1000"], timeout=0.1)
        machine.run(LINGER)
        assert machine.run(["apt-get", "update"]).returncode == 0
        assert list(traces(machine.name))
    assert not list(traces(machine.name))
    assert not list((tmp_path / "work").iterdir())
