"""The docker commands that `plan` prints, typed by hand, give the same environment as `up`."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.engine.conftest import INSTANCE

if TYPE_CHECKING:
    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
HERE = ("webapp", "--instance", INSTANCE)


def test_the_printed_commands_give_what_up_gives(cli: Cli) -> None:
    printed = cli("plan", *HERE)
    assert printed.code == 0, printed.err
    typed = [line for line in printed.out.splitlines() if not line.startswith("#")]
    assert any(line.startswith("docker create") for line in typed)
    for line in typed:
        # The password comes from the environment of whoever types; BuildKit is not everywhere.
        variables = {**os.environ, "POSTGRES_PASSWORD": "app", "DOCKER_BUILDKIT": "0"}
        done = subprocess.run(
            line,
            shell=True,
            cwd=cli.folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"

    up = cli("up", *HERE, "--json")
    assert up.code == 0, up.err
    assert up.report["changes"] == []
    assert {service["state"] for service in up.report["services"].values()} == {"ready"}
