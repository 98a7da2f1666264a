"""Completion in real shells: Tab in bash and zsh behind a terminal, and what fish would offer."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from envcheck.core.spec import Owner
from envcheck.run.ledger import Ledger
from tests.engine.cli import ENVCHECK
from tests.lab.packages import ensure
from tests.lab.typed import behind_terminal

pytestmark = pytest.mark.engine

PROFILE = """\
name: shop
services:
  db: {image: 'postgres:17.11'}
  cache: {image: 'redis:8.0.2'}
"""
TYPED = [
    ("envcheck compl", "etion"),
    ("envcheck up sh", "op"),
    ("envcheck down --instance shop-t", "wo"),
    ("envcheck env shop --format=do", "tenv"),
    ("envcheck clean shop --only ca", "che"),
    ("envcheck bundle load prof", "iles/"),
    ("inv clean shop --keep", "-images"),
]
PROMPT = "ready> "


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A project whose one instance is on record, and variables that lead there."""
    ensure("zsh", "fish")
    folder = tmp_path_factory.mktemp("completion")
    (folder / "profiles").mkdir()
    (folder / "profiles/shop.yaml").write_text(PROFILE)
    (folder / "tasks.py").write_text("from envcheck.cli.tasks import *\n")
    ledger = Ledger(folder / "state/envcheck/engines/0123/ledger.sqlite3")
    ledger.know(Owner("shop", "shop-two", str(folder), "0"))
    ledger.close()
    variables = {
        **os.environ,
        **dict.fromkeys(("HOME", "ZDOTDIR", "XDG_CONFIG_HOME"), str(folder)),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PATH": f"{Path(ENVCHECK).parent}:{os.environ['PATH']}",
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }
    (folder / ".bashrc").write_text(f"PS1='{PROMPT}'\nsource <(envcheck completion bash)\n")
    (folder / ".zshrc").write_text(
        f"PS1='{PROMPT}'\nautoload -Uz compinit && compinit -u\nsource <(envcheck completion zsh)\n"
    )
    return folder, variables


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tab_completes_in(shell: str, place: tuple[Path, dict[str, str]]) -> None:
    folder, variables = place
    with behind_terminal([shell, "-i"], variables, folder) as terminal:
        terminal.until(PROMPT)
        for line, rest in TYPED:
            terminal.type(line)
            terminal.until(line)
            terminal.type("\t")
            terminal.until(rest)
            terminal.type("\x15")  # Ctrl-U: the line is given up


def test_fish_offers(place: tuple[Path, dict[str, str]]) -> None:
    folder, variables = place
    asking = "".join(f"complete -C '{line}'; echo .;" for line, _rest in TYPED)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"envcheck completion fish | source; {asking}"],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=True,
    )
    offered = [part.split("\t")[0].strip() for part in done.stdout.split("\n.\n") if part]
    assert offered == [f"{line}{rest}".split()[-1] for line, rest in TYPED]
    assert done.stderr == ""
