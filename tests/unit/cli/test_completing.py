"""What a shell is told that asks what may follow: by the program itself, and by bash's script."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from envcheck.cli.shell_scripts import script
from envcheck.core.completing import SHELLS
from envcheck.core.errors import UsageError
from envcheck.core.spec import Owner
from envcheck.run.ledger import Ledger

ENVCHECK = str(Path(sys.executable).parent / "envcheck")
PROFILE = """\
name: shop
services:
  db: {image: 'postgres:17.11'}
  cache: {image: 'redis:8.0.2'}
"""
OWN_TASKS = '''
print("loading")
from invoke import task
from envcheck.cli.tasks import *

@task
def ship(context, to="there"):
    """Ship it."""
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a profile and a task of its own, one instance of which is on record."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "profiles").mkdir()
    (folder / "profiles/shop.yaml").write_text(PROFILE)
    (folder / "tasks.py").write_text(OWN_TASKS)
    ledger = Ledger(folder / "state/envcheck/engines/0123/ledger.sqlite3")
    ledger.know(Owner("shop", "shop-two", str(folder), "0"))
    ledger.close()
    return folder


@pytest.fixture(scope="module")
def environment(project: Path) -> dict[str, str]:
    """Where that is on record, and where it can be kept what the tasks are."""
    return {
        **os.environ,
        "XDG_STATE_HOME": str(project / "state"),
        "XDG_CACHE_HOME": str(project / "cache"),
        "PATH": f"{Path(ENVCHECK).parent}:{os.environ['PATH']}",
    }


LINES = {
    "envcheck comp": "completion",
    "envcheck up ": "shop",
    "envcheck down --instance s": "shop-two",
    "envcheck down --instance=s": "shop-two",
    "envcheck env shop --format g": "github gitlab",
    "envcheck env shop --format=g": "github gitlab",
    "envcheck clean shop --only ": "db cache",
    "envcheck clean --keep": "--keep-images",
    "envcheck bundle s": "save",
    "envcheck --ver": "--version",
    "envcheck nosuch --x": "",
    "inv shi": "ship",
    "inv ship --": "--to",
    "inv clean shop --only c": "cache",
}


def test_bash_gets_what_fits_its_line(project: Path, environment: dict[str, str]) -> None:
    calls = []
    for line in LINES:
        # As bash cuts a line: what stands after an equals sign is a word of its own.
        words = line.replace("=", " = ").split(" ")
        quoted = " ".join(shlex.quote(word) for word in words)
        calls.append(f"""
            COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}
            _envcheck_complete {words[0]} {shlex.quote(words[-1])} ""
            echo "${{COMPREPLY[*]}}"
        """)
    done = subprocess.run(
        ["bash", "-c", script("bash") + "".join(calls)],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert dict(zip(LINES, done.stdout.split("\n"), strict=False)) == LINES
    assert done.stderr == ""


def asked(project: Path, environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [ENVCHECK, "--complete", "zsh", "--", *words],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_other_shells_get_a_word_on_each_and_all_of_the_word(
    project: Path, environment: dict[str, str]
) -> None:
    services = asked(project, environment, "envcheck", "clean", "shop", "--only=")
    assert services == "--only=db\tpostgres:17.11\n--only=cache\tredis:8.0.2\n"
    assert asked(project, environment, "envcheck", "bundle", "load", "x") == ":files\n"
    assert asked(project, environment, "inv", "shi") == "ship\tShip it.\n"


def test_tasks_are_read_anew_when_their_file_has_changed(
    project: Path, environment: dict[str, str]
) -> None:
    assert asked(project, environment, "inv", "ship2") == ""
    (project / "tasks.py").write_text(OWN_TASKS.replace("ship(", "ship2("))
    os.utime(project / "tasks.py", (1, 1))
    assert asked(project, environment, "inv", "ship2") == "ship2\tShip it.\n"
    (project / "tasks.py").write_text("this is no Python")
    assert asked(project, environment, "inv", "ship2") == ""
    (project / "tasks.py").write_text(OWN_TASKS)


def test_nothing_heavy_is_loaded_for_it(project: Path, environment: dict[str, str]) -> None:
    program = """
import sys
from envcheck.cli.start import main
try:
    main()
except SystemExit:
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    line = ["--complete", "zsh", "--", "envcheck", "clean", "shop", "--only", ""]
    for _ in range(2):  # the first may have to read the tasks
        done = subprocess.run(
            [sys.executable, "-c", program, *line],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    *services, modules = done.stdout.splitlines()
    assert len(services) == 2
    assert {"docker", "invoke", "pydantic", "rich", "requests"}.isdisjoint(modules.split())


@pytest.mark.parametrize("shell", SHELLS)
def test_there_is_a_script_for_each_shell(shell: str) -> None:
    assert f"--complete {shell} --" in script(shell)


def test_for_another_shell_there_is_none() -> None:
    with pytest.raises(UsageError, match="powershell"):
        script("powershell")
