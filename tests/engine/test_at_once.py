"""Two runs at once: on one instance one waits for the other, on different ones both go on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    import subprocess

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
HERE = ("webapp", "--instance", INSTANCE)


def under_way(process: subprocess.Popen[str]) -> bool:
    """Wait until it is about its services."""
    assert process.stderr is not None
    return any("Services" in line for line in process.stderr)


def mine(docker: Docker) -> list[str]:
    label = f"label=dev.envcheck.instance={INSTANCE}"
    return [
        *docker("ps", "-aq", "--filter", label),
        *docker("volume", "ls", "-q", "--filter", label),
        *docker("network", "ls", "-q", "--filter", label),
    ]


def test_up_beside_up_waits_and_changes_nothing(cli: Cli, docker: Docker) -> None:
    with cli.telling("up", *HERE, "--json") as first:
        assert under_way(first)
        second = cli("up", *HERE, "--json")
        out, _ = first.communicate()
    assert (first.returncode, second.code) == (0, 0)
    assert f"waiting for `up` (process {first.pid}, since 20" in " ".join(second.err.split())
    assert json.loads(out)["changes"] != []
    assert second.report["changes"] == []
    assert len(docker("ps", "-q", "--filter", f"label=dev.envcheck.instance={INSTANCE}")) == 3


def test_clean_beside_up_waits_and_leaves_nothing(cli: Cli, docker: Docker) -> None:
    with cli.telling("up", *HERE, "--json") as up:
        assert under_way(up)
        clean = cli("clean", "--yes", *HERE, "--json")
        up.communicate()
    assert (up.returncode, clean.code) == (0, 0)
    assert "waiting for `up`" in clean.err
    assert clean.report["left_behind"] == []
    assert mine(docker) == []


def test_the_lock_dies_with_its_process_and_what_it_was_about_is_told(cli: Cli) -> None:
    with cli.telling("up", *HERE, "--json") as up:
        assert under_way(up)
    again = cli("up", *HERE, "--json")
    assert again.code == 0
    assert "waiting for" not in again.err
    assert f"an earlier `up` (process {up.pid}, begun 20" in " ".join(again.err.split())
    once_more = cli("up", *HERE, "--json")
    assert once_more.code == 0
    assert "an earlier" not in once_more.err
    assert once_more.report["changes"] == []


def test_different_instances_go_on_side_by_side(cli: Cli) -> None:
    """Both want the same ports, and each gets its own."""
    one, two = (("webapp", "--instance", f"{INSTANCE}-{number}") for number in (1, 2))
    with cli.telling("up", *one, "--json") as first, cli.telling("up", *two, "--json") as second:
        outs = [first.communicate()[0], second.communicate()[0]]
    assert (first.returncode, second.returncode) == (0, 0), outs
    ends = [json.loads(out)["services"] for out in outs]
    endpoints = {service["endpoint"] for services in ends for service in services.values()}
    assert len(endpoints) == 6
