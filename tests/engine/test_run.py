"""run: a command with the services up, behind a real terminal and without one."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.engine.cli import ENVCHECK
from tests.engine.conftest import INSTANCE, Docker
from tests.lab.typed import behind_terminal

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.engine.cli import Cli
    from tests.lab.typed import Terminal

pytestmark = pytest.mark.engine
NAME = f"{INSTANCE}-r"
RUN = ("run", "shop", "--instance", NAME)
SHOP = """
name: shop
services:
  cache: {image: redis:8.0.2, ports: ['auto:6379']}
"""
PING = 'printf "PING\\r\\n" >&3; read -r said <&3; echo "$said"'
TALK = f'exec 3<>"/dev/tcp/127.0.0.1/$(echo "$REDIS_URL" | cut -d: -f3 | cut -d/ -f1)"; {PING}'


@pytest.fixture
def shop(cli: Cli, project: Path) -> Cli:
    """A project of which nothing is up yet."""
    (project / "profiles" / "shop.yaml").write_text(SHOP)
    return cli


def running(docker: Docker) -> list[str]:
    label = f"label=dev.envcheck.instance={NAME}"
    return docker("ps", "--format", "{{.Names}}", "--filter", label)


def typed(shop: Cli, *words: str) -> AbstractContextManager[Terminal]:
    """The same behind a terminal."""
    return behind_terminal([ENVCHECK, *RUN, *words], shop.variables(), shop.folder)


def test_a_command_without_a_terminal(shop: Cli, docker: Docker, project: Path) -> None:
    report = project / "report.json"
    words = (
        *RUN,
        "--report",
        str(report),
        "--",
        "bash",
        "-c",
        f"cat; echo wrong >&2; {TALK}; exit 3",
    )
    ran = subprocess.run(
        [ENVCHECK, *words],
        input="given\n",
        cwd=shop.folder,
        env=shop.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (3, "given\n+PONG\n"), ran.stderr
    assert "\nwrong\n" in ran.stderr
    assert running(docker) == []
    told = json.loads(report.read_text())
    assert (told["outcome"], told["ran"]["exit_code"]) == ("ok", 3)
    assert [service["state"] for service in told["services"].values()] == ["ready"]

    kept = shop(*RUN, "--after", "keep", "--quiet", "--", "sh", "-c", 'echo "$REDIS_URL"')
    assert (kept.code, kept.err) == (0, "")
    assert kept.out.startswith("redis://127.0.0.1:")
    assert running(docker) == [f"{NAME}-cache"]

    # What was up stays up, and what is not to be run brings nothing up or down.
    assert shop(*RUN, "--", "false").code == 1
    assert shop(*RUN, "--", "no-such-command").code == 127
    assert shop(*RUN, "--json", "--", "true").code == 2
    assert running(docker) == [f"{NAME}-cache"]
    assert shop(*RUN, "--after", "down", "--", "true").code == 0
    assert running(docker) == []

    (project / "profiles" / "shop.yaml").write_text(SHOP.replace("}", ", command: ['false']}", 1))
    failed = shop(*RUN, "--", "echo", "it was run")
    assert (failed.code, failed.out) == (1, "")
    assert docker("ps", "-aq", "--filter", f"label=dev.envcheck.instance={NAME}") == []


def test_a_command_behind_a_terminal(shop: Cli, docker: Docker) -> None:
    with typed(shop, "--", "sh", "-c", "echo begun; exec sleep 60") as terminal:
        terminal.until("begun")
        assert running(docker) == [f"{NAME}-cache"]
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "is down again" in terminal.shown
    assert running(docker) == []

    assert shop("up", "shop", "--instance", NAME).code == 0
    wait = "until read -t 0.1 -r word; do :; done"  # a trap waits for `read` without a limit
    ask = f"tty && trap 'stty size' WINCH; echo begun; {wait}; exit $word"
    for code in (0, 1):
        with typed(shop, "--", "bash", "-c", ask) as terminal:
            before = terminal.modes()
            terminal.until("/dev/")
            terminal.until("begun")
            terminal.resize(50, 132)
            terminal.until("50 132")
            terminal.type(f"{code}\n")
            assert terminal.end() == code
            assert terminal.modes() == before
    assert running(docker) == [f"{NAME}-cache"]
