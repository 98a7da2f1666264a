"""A failed or interrupted `up`: what it made is kept, or taken away again, and nothing else."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
NAME = f"{INSTANCE}-f"
HERE = ("shop", "--instance", NAME)
GOOD = """
name: shop
services:
  cache: {image: redis:8.0.2, ports: ['auto:6379']}
"""
BAD = f"""{GOOD}
  broken:
    image: redis:8.0.2
    command: [redis-server, --no-such-setting]
    ports: ['auto:6379']
"""
SILENT = """
name: shop
services:
  cache:
    image: redis:8.0.2
    command: [sleep, "1000"]
    ports: ['auto:6379']
"""


@pytest.fixture
def shop(cli: Cli, project: Path) -> Cli:
    """A project of which nothing is up yet."""
    (project / "profiles" / "shop.yaml").write_text(GOOD)
    return cli


def volumes(docker: Docker) -> list[str]:
    return docker("volume", "ls", "-q", "--filter", f"label=dev.envcheck.instance={NAME}")


def containers(docker: Docker) -> list[str]:
    label = f"label=dev.envcheck.instance={NAME}"
    return sorted(docker("ps", "-a", "--format", "{{.Names}}", "--filter", label))


@pytest.mark.parametrize("how", ["keep", "down", "clean"])
def test_what_a_failed_run_made_goes_and_what_was_there_stays(
    shop: Cli, docker: Docker, project: Path, how: str
) -> None:
    assert shop("up", *HERE).code == 0
    assert shop("down", *HERE).code == 0
    (project / "profiles" / "shop.yaml").write_text(BAD)
    failed = shop("up", *HERE, "--on-failure", how, "--json")
    assert failed.code == 1
    assert "no-such-setting" in failed.out  # its last log lines are told before it is removed
    before, new = f"{NAME}_cache-data", f"{NAME}_broken-data"
    kept = [f"{NAME}-broken", f"{NAME}-cache"] if how == "keep" else []
    assert containers(docker) == kept
    assert volumes(docker) == ([before] if how == "clean" else [new, before])
    networks = docker("network", "ls", "-q", "--filter", f"label=dev.envcheck.instance={NAME}")
    assert len(networks) == (1 if how == "keep" else 0)


def test_a_container_that_was_there_before_stays(shop: Cli, docker: Docker, project: Path) -> None:
    assert shop("up", *HERE).code == 0
    (project / "profiles" / "shop.yaml").write_text(BAD)
    assert shop("up", *HERE, "--on-failure", "clean", "--json").code == 1
    assert containers(docker) == [f"{NAME}-cache"]
    assert volumes(docker) == [f"{NAME}_cache-data"]
    (state,) = docker("inspect", "-f", "{{.State.Status}}", f"{NAME}-cache")
    assert state == "running"


def test_a_word_that_is_none_is_refused_before_anything_is_done(shop: Cli) -> None:
    refused = shop("up", *HERE, "--on-failure", "claen", "--json")
    assert refused.code == 2
    assert "keep, down or clean" in refused.report["error"]["what"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_within_two_seconds_and_says_what_is_there(
    shop: Cli, docker: Docker, project: Path, number: signal.Signals
) -> None:
    (project / "profiles" / "shop.yaml").write_text(SILENT)
    with shop.telling("up", *HERE, "--json") as process:
        assert process.stderr is not None
        assert any("cache" in line and "starting" in line for line in process.stderr)
        begun = time.monotonic()
        process.send_signal(number)
        out, _ = process.communicate()
        assert time.monotonic() - begun < 2.0
    assert process.returncode == 130
    assert f"container {NAME}-cache" in out
    assert containers(docker) == [f"{NAME}-cache"]
