"""Eight at once: ``python -m tests.bench.eight [HOW_MANY]`` brings webapp up so often side by side.

Each is a process and an instance of its own; they share an engine, a ledger, and the ports that
they want. Then as many come up one after the other. Their images are here before and stay until the
end. DOCKER_HOST says on which engine; nobody else may work there meanwhile.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.engine.cli import Cli
from tests.engine.conftest import REPOSITORY

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence

HOW_MANY = 8
HOLD = "eight-images"


def begun(cli: Cli, *words: str) -> subprocess.Popen[str]:
    """Begin a task on webapp, whose report is on stdout."""
    return cli.begun(*words, "--json")


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The report of a task that must have gone well."""
    out, err = process.communicate()
    if process.returncode:
        sys.exit(f"{process.args!r}: exit code {process.returncode}\n{err}\n{out}")
    report: dict[str, Any] = json.loads(out)
    return report


def at_once(cli: Cli, task: Sequence[str], names: Sequence[str]) -> list[dict[str, Any]]:
    """Do a task to all of them at the same moment."""
    with ExitStack() as stack:
        all_of_them = [begun(cli, *task, "--instance", name) for name in names]
        for process in all_of_them:
            stack.enter_context(process)
        return [ended(process) for process in all_of_them]


def in_a_row(cli: Cli, task: Sequence[str], names: Sequence[str]) -> list[dict[str, Any]]:
    """Do it to one after the other."""
    return [ended(begun(cli, *task, "--instance", name)) for name in names]


def see_apart(reports: Sequence[dict[str, Any]]) -> None:
    """See that all services are ready, and that no two have the same port."""
    services = [service for report in reports for service in report["services"].values()]
    assert {service["state"] for service in services} == {"ready"}, services
    endpoints = {service["endpoint"] for service in services}
    assert len(endpoints) == len(services), sorted(endpoints)


def timed(call: Callable[[], list[dict[str, Any]]]) -> tuple[float, list[dict[str, Any]]]:
    """How long it takes, seconds, and what it returns."""
    begin = time.monotonic()
    reports = call()
    return time.monotonic() - begin, reports


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure both ways, and print what came of it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else HOW_MANY
    with tempfile.TemporaryDirectory() as state:
        cli = Cli(REPOSITORY, {"XDG_STATE_HOME": str(Path(state))})
        ended(begun(cli, "onboard", "--yes", "webapp", "--instance", HOLD))
        ended(begun(cli, "down", "webapp", "--instance", HOLD))
        names = [f"eight-{number}" for number in range(1, count + 1)]
        up, clean = ("up", "webapp"), ("clean", "--yes", "webapp")
        for how, do in (("at once", at_once), ("in a row", in_a_row)):
            seconds, reports = timed(lambda do=do: do(cli, up, names))  # type: ignore[misc]
            see_apart(reports)
            single = ", ".join(f"{report['seconds']:.1f}" for report in reports)
            say(f"{count} up {how}: {seconds:.1f} s (each: {single})")
            seconds, reports = timed(lambda do=do: do(cli, clean, names))  # type: ignore[misc]
            assert not any(report["left_behind"] for report in reports)
            say(f"{count} cleaned {how}: {seconds:.1f} s")
        ended(begun(cli, "clean", "--yes", "webapp", "--instance", HOLD))


if __name__ == "__main__":
    main()
