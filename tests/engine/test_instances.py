"""Several checkouts at once on one engine: each has its instance, its ports, its variables."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.lab import meddler

pytestmark = pytest.mark.engine
AUTO = {"ENVCHECK_INSTANCE": "auto"}
PROFILE = f"""
name: {INSTANCE}
services:
  db:
    image: postgres:17.11
    environment: {{POSTGRES_PASSWORD: secret-of-db}}
    stable_for: 0
  cache: {{image: 'redis:8.0.2', ports: ['auto:6379'], stable_for: 0}}
exports:
  APP_DATABASE: "{{db.url}}?application_name=exported"
  APP_CACHE: "{{cache.host}}:{{cache.port}}"
"""


def checkout(folder: Path) -> Path:
    """A checkout with the profile."""
    (folder / "profiles").mkdir(parents=True)
    (folder / "profiles" / "small.yaml").write_text(PROFILE, encoding="utf-8")
    return folder


@pytest.fixture
def three(cli: Cli, tmp_path: Path) -> list[Cli]:
    """The command line in three checkouts, which say that their instances are their own."""
    shutil.rmtree(tmp_path / "profiles")
    return [Cli(checkout(tmp_path / name), {**cli.environment, **AUTO}) for name in ("a", "b", "c")]


def test_three_checkouts_side_by_side(three: list[Cli], docker: Docker) -> None:
    file = ".env.envcheck"
    with ExitStack() as stack:
        up = ("up", "small", "--json", "--write-env", file)
        under_way = [stack.enter_context(call.telling(*up)) for call in three]
        outs = [process.communicate() for process in under_way]
    assert [process.returncode for process in under_way] == [0, 0, 0], outs
    reports = [json.loads(out) for out, _ in outs]
    names = [report["instance"] for report in reports]
    assert [name.rsplit("-", 1)[0] for name in names] == [f"{INSTANCE}-{x}" for x in "abc"]
    ports = [service["endpoint"] for r in reports for service in r["services"].values()]
    assert len(set(ports)) == 6

    one, two, _ = three
    shown = {each["instance"]: each for each in one("status", "--json").report["instances"]}
    assert {shown[name]["health"] for name in names} == {"healthy"}, shown
    assert shown[names[0]]["root"] == str(one.folder / "profiles")
    assert shown[names[0]]["age"] < 600
    assert shown[names[0]]["disk"] > 1_000_000

    # What is exported connects, and is in the file, which nobody else may read.
    variables = json.loads(one("env", "small", "--format", "json").out)
    with psycopg.connect(variables["APP_DATABASE"]) as database:
        assert database.info.get_parameters()["application_name"] == "exported"
    assert f"APP_CACHE={variables['APP_CACHE']}\n" in (one.folder / file).read_text()
    assert stat.S_IMODE((one.folder / file).stat().st_mode) == 0o600

    # Down and up: the ports are the same, those too that nobody asked for.
    assert one("down", "small").code == 0
    assert not (one.folder / file).exists()
    assert (two.folder / file).exists()
    again = one("up", "small", "--json").report
    assert endpoints(again) == endpoints(reports[0])

    # A folder that is gone: what the engine says is shown all the same.
    (one.folder / "profiles").rename(one.folder / "moved")
    (found,) = one("status", "--instance", names[0], "--json").report["instances"]
    assert (found["health"], found["services"][0]["state"]) == ("unknown", "running")
    assert "gone" in found["said"]
    (one.folder / "moved").rename(one.folder / "profiles")

    cleaned = [call("clean", "--yes", "small", "--json") for call in three]
    assert [ran.report["left_behind"] for ran in cleaned] == [[], [], []]
    label = f"label=dev.envcheck.profile={INSTANCE}"
    assert docker("ps", "-aq", "--filter", label) == []
    assert not (two.folder / file).exists()


def endpoints(report: dict[str, dict[str, dict[str, str]]]) -> dict[str, str]:
    """Where each service is."""
    return {name: service["endpoint"] for name, service in report["services"].items()}


@pytest.mark.parametrize("wish", ["26399", "26399!"])
def test_a_port_that_is_taken_between_the_decision_and_the_start(
    cli: Cli, project: Path, wish: str
) -> None:
    text = (
        f"name: {INSTANCE}\nservices:\n  cache: {{image: 'redis:8.0.2', ports: ['{wish}:6379']}}\n"
    )
    (project / "profiles" / "race.yaml").write_text(text, encoding="utf-8")
    engine = cli.variables()["DOCKER_HOST"].removeprefix("unix://")
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="pr-"))
        proxy = stack.enter_context(meddler.serve(Path(folder) / "door", engine))
        count, taker = proxy.count, stack.enter_context(socket.socket())

        def taken_first(head: bytes) -> tuple[meddler.Call, meddler.Fault | None]:
            """As the container is about to be started, somebody else takes its port."""
            if b"/start" in head.split(b"\r\n")[0] and taker.getsockname()[1] == 0:
                taker.bind(("127.0.0.1", 26399))
                taker.listen()
            return count(head)

        proxy.count = taken_first  # type: ignore[method-assign]
        up = cli("up", "race", "--json", DOCKER_HOST=proxy.docker_host)
        said = " ".join((up.out + up.err).split())
        if wish.endswith("!"):
            assert up.code == 4, said
            assert up.report["error"]["id"] == "machine.port-taken"
            assert f"pid {os.getpid()}" in up.report["error"]["what"]
            return
        assert up.code == 0, said
        assert f"port 26399 is held by {Path('/proc/self/comm').read_text().strip()}" in said
        given = up.report["services"]["cache"]["endpoint"]
        assert given != "127.0.0.1:26399"
    again = cli("up", "race", "--json").report
    assert (again["changes"], again["services"]["cache"]["endpoint"]) == ([], given)
