"""Commands of fixes are words, not texts for a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core import events as ev
from envcheck.core.errors import StepFailed
from envcheck.host.shell import run

if TYPE_CHECKING:
    from pathlib import Path


def said(command: str) -> list[str]:
    events: list[ev.Event] = []
    run(command, events.append)
    return [event.line for event in events if isinstance(event, ev.CommandOutput)]


def test_what_a_command_prints_is_told_line_by_line() -> None:
    assert said("printf '%s\\n' one 'two words'") == ["one", "two words"]


def test_what_came_into_a_command_from_outside_is_never_run(tmp_path: Path) -> None:
    """Such as the name of an instance, which is a label that anybody can give to anything."""
    hostile = f"x; touch {tmp_path}/made; $(touch {tmp_path}/made) `touch {tmp_path}/made`"
    run(f"echo {hostile}", lambda _event: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "why"), [("false", "exited with 1"), ("no-such", "not be run")]
)
def test_what_fails_is_told(command: str, why: str) -> None:
    with pytest.raises(StepFailed) as caught:
        said(command)
    assert (caught.value.id, why in caught.value.what) == ("host.command-failed", True)
