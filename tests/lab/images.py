"""The images of the recipes, built once for all test sessions that run side by side.

Each session has an engine of its own, and building takes each a minute of both processors. So the
first one saves what it has built, and the others load it. The file lives as long as the sessions.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from .cache import locked

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "ENVCHECK_TEST_IMAGES"
"""The variable that names the file; without it every session builds for itself."""


def shared(build: Callable[[], None]) -> None:
    """Have the images on this session's engine: loaded where another has built them, else built.

    Args:
        build: builds them.
    """
    name = os.environ.get(FILE)
    if not name:
        build()
        return
    file = Path(name)
    with locked(file.with_suffix(".lock")):
        if file.exists():
            _docker("load", "--quiet", "--input", str(file))
        build()  # which sees that nothing is missing
        if not file.exists():
            draft = file.with_suffix(".draft")
            _docker("save", "--output", str(draft), *_recipes())
            draft.rename(file)


def _recipes() -> list[str]:
    words = ("--filter", "label=dev.envcheck.recipe", "--format", "{{.Repository}}:{{.Tag}}")
    return [line for line in _docker("images", *words).splitlines() if "<none>" not in line]


def _docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return done.stdout
