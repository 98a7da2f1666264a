"""How long the doctor takes on a healthy machine, against what Docker itself takes."""

from __future__ import annotations

import subprocess
import time
from statistics import median
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
GUARD = 8.0
"""A guard against growing slow, not the aim. The aim is 2.5: see docs/decisions.md for what was
measured, and why this machine does not reach it."""
TIMES = 5


def test_the_doctor_does_not_grow_slow(
    call: Cli, images: None, record_property: Callable[[str, object], None]
) -> None:
    """Everything, round trips included, against an info and a hello-world one after the other."""
    doctor: list[float] = []
    plain: list[float] = []
    for _ in range(TIMES):
        doctor.append(_seconds(lambda: _examined(call)))
        plain.append(_seconds(_hello))
    ratio = median(doctor) / median(plain)
    line = f"doctor {median(doctor):.2f} s, docker {median(plain):.2f} s: ratio {ratio:.2f}"
    record_property("pace", line)
    print(line)  # noqa: T201 - shown with -s, and where the test fails
    assert ratio < GUARD, line


def _examined(call: Cli) -> None:
    ran = call("doctor", "--json")
    assert ran.code == 0, ran.out + ran.err


def _hello() -> None:
    for words in (["info"], ["run", "--rm", "envcheck.local/hello-world:linux"]):
        subprocess.run(["docker", *words], check=True, capture_output=True)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun
