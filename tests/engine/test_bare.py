"""The main job in a bare root file system: nothing but Python, git and certificates.

No step that this machine happens to have done before can hide here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from envcheck.images.recipes import shipped
from tests.engine.conftest import REPOSITORY
from tests.lab import bare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.engine
HOME = "/root/envcheck"
_SECONDS = 600


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bare.Machine]:
    """A bare Debian with a clone of this repository as it is committed and changed here."""
    assert os.geteuid() == 0, "a bare machine is made with namespaces and mounts: run as root"
    work = tmp_path_factory.mktemp("bare")
    copy = _copy_of_the_repository(work / "envcheck")
    with bare.machine(work, "bookworm") as machine:
        machine.copy_in(copy, HOME)
        yield machine


def _copy_of_the_repository(target: Path) -> Path:
    """What git tracks or would track: no .venv, no caches."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = REPOSITORY / name
        if source.is_file():  # deleted here, but not yet in git
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    return target


def inv(machine: bare.Machine, *words: str) -> subprocess.CompletedProcess[str]:
    """Call ``./inv`` in the machine."""
    return machine.run(["./inv", *words], cwd=HOME, timeout=_SECONDS)


def test_from_a_bare_machine_and_back(machine: bare.Machine) -> None:
    """One test, since it is one way: each step stands on the one before."""
    refused = inv(machine, "onboard", "webapp", "--json")
    assert refused.returncode == 2, refused.stderr
    report = json.loads(refused.stdout)
    assert report["error"]["id"] == "docker.not-installed"
    assert "apt-get install -y docker.io" in report["error"]["fix"]["commands"]
    assert machine.run(["sh", "-c", "command -v dockerd"]).returncode != 0

    first = inv(machine, "onboard", "--yes", "webapp", "--json")
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    verdicts = {result["id"]: result["status"] for result in report["results"]}
    assert verdicts["docker.engine"] == "pass"
    assert verdicts["docker.hello-world"] == "pass"
    assert report["services"]["db"]["source"] == "recipe"
    assert report["services"]["web"]["state"] == "ready"
    print(f"first onboard {report['seconds']} s")  # noqa: T201 - a figure for whoever reads the run

    again = inv(machine, "onboard", "--yes", "webapp", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["changes"] == []
    print(f"second onboard {json.loads(again.stdout)['seconds']} s")  # noqa: T201

    page = machine.run(["python3", "-c", _GET])
    assert page.stdout.splitlines()[:1] == ["Hello from Docker!"]
    row = machine.run(["sh", "-c", _QUERY], cwd=HOME)
    assert row.stdout.strip() == "app", row.stderr

    clean = inv(machine, "clean", "--yes", "webapp", "--json")
    assert clean.returncode == 0, clean.stderr
    assert json.loads(clean.stdout)["left_behind"] == []
    for listing in ("ps -aq", "volume ls -q", "images -aq"):
        assert machine.run(["sh", "-c", f"docker {listing}"]).stdout == ""


_GET = "import urllib.request as u; print(u.urlopen('http://localhost:3000').read().decode())"
_RECIPES = """
from envcheck.images.recipes import shipped
for name, recipe in shipped().by_image.items():
    print(name, '+'.join(recipe.context.files))
"""
_QUERY = """
eval "$(./inv env webapp)"
.venv/bin/python -c "
import os, psycopg
with psycopg.connect(os.environ['DATABASE_URL']) as connection:
    print(connection.execute('SELECT current_database()').fetchone()[0])
"
"""


def test_later_calls_cost_little_and_notice_a_changed_project(machine: bare.Machine) -> None:
    """The wrapper installs again when pyproject.toml changed, and only then."""
    assert inv(machine, "--version").returncode == 0
    quiet = inv(machine, "--version")
    assert "Installing" not in quiet.stderr
    machine.run(["sh", "-c", "echo '# changed' >> pyproject.toml"], cwd=HOME)
    assert "Installing" in inv(machine, "--version").stderr


def test_the_package_installs_with_its_console_script(machine: bare.Machine) -> None:
    """`pip install .` gives ``envcheck`` with the same tasks, recipes included."""
    install = (
        "python3 -m venv /tmp/v && /tmp/v/bin/pip install -qq . && cd /tmp && /tmp/v/bin/envcheck"
    )
    listed = machine.run(["sh", "-c", f"{install} --list"], cwd=HOME, timeout=_SECONDS)
    assert listed.returncode == 0, listed.stderr
    for task in ("onboard", "doctor", "plan", "up", "check", "status", "env", "down", "clean"):
        assert f"  {task} " in listed.stdout
    told = machine.run(["/tmp/v/bin/python", "-c", _RECIPES], cwd="/tmp")
    ours = [
        f"{name} {'+'.join(recipe.context.files)}" for name, recipe in shipped().by_image.items()
    ]
    assert told.stdout.splitlines() == ours, told.stderr


def test_another_project_gets_the_tasks_by_one_import(machine: bare.Machine) -> None:
    """A tasks.py of one line, and Invoke's own ``inv``."""
    make = "mkdir -p /tmp/p && cd /tmp/p && echo 'from envcheck.cli.tasks import *' > tasks.py"
    assert machine.run(["sh", "-c", make]).returncode == 0
    listed = machine.run([f"{HOME}/.venv/bin/inv", "--list"], cwd="/tmp/p")
    assert "  onboard " in listed.stdout, listed.stderr
    no_profile = machine.run([f"{HOME}/.venv/bin/inv", "up"], cwd="/tmp/p")
    assert no_profile.returncode == 2
    assert "which profile?" in no_profile.stdout
