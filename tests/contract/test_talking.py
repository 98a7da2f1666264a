"""What containers say, and commands that are run in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ObjectConflict
from tests.contract.bench import DYING, created, ended, spec_of, started

if TYPE_CHECKING:
    from tests.contract.bench import Bench


def test_a_log_is_read_from_its_end(bench: Bench) -> None:
    name = started(bench, spec_of(bench, program=DYING))
    ended(bench, name)
    assert bench.engine.logs(name, 10) == ("one", "two")
    assert bench.engine.logs(name, 1) == ("two",)


def test_a_container_that_never_ran_has_said_nothing(bench: Bench) -> None:
    assert bench.engine.logs(created(bench, spec_of(bench)), 10) == ()


def test_a_command_tells_its_exit_code_and_both_its_outputs(bench: Bench) -> None:
    name = started(bench, spec_of(bench))
    ran = bench.engine.execute(name, ("sh", "-c", "echo out; echo err >&2; exit 3"))
    assert ran.exit_code == 3
    assert sorted(ran.output.split()) == ["err", "out"]


def test_a_command_gets_variables_besides_the_containers_own(bench: Bench) -> None:
    name = started(bench, spec_of(bench))
    ran = bench.engine.execute(name, ("env",), {"PGPASSWORD": "se cret"})
    assert {"GREETING=hello", "PGPASSWORD=se cret"} <= set(ran.output.splitlines())
    assert "PGPASSWORD" not in bench.engine.execute(name, ("env",)).output


def test_a_command_that_is_not_there_is_an_exit_code_and_no_error(bench: Bench) -> None:
    ran = bench.engine.execute(started(bench, spec_of(bench)), ("nosuchcommand",))
    assert ran.exit_code in (126, 127)  # 126 up to engine 20.10, 127 later
    assert "executable file not found" in ran.output


def test_no_command_runs_in_a_container_that_does_not(bench: Bench) -> None:
    name = created(bench, spec_of(bench))
    with pytest.raises(ObjectConflict):
        bench.engine.execute(name, ("true",))
