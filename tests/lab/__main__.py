"""The lab by hand: ``python -m tests.lab engine current -- COMMAND`` and the like."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from . import bare, engines
from .packages import ensure
from .shell import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> int:
    """Run the command in what was asked for; returns its exit code."""
    options = _arguments()
    # A polite kill must take the lab down too.
    signal.signal(signal.SIGTERM, _leave)
    try:
        with tempfile.TemporaryDirectory(prefix="envcheck-lab.") as work:
            if options.kind == "packages":
                ensure(*options.command)
                return 0
            if options.kind == "engine":
                return _in_engine(options.which, options.command, Path(work))
            return _in_machine(options.which, options.command, Path(work))
    except LabError as error:
        sys.stderr.write(f"lab: {error}\n")
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    engine = kinds.add_parser("engine", help="an engine of its own, DOCKER_HOST set")
    engine.add_argument("which", choices=("distribution", "current"))
    machine = kinds.add_parser("bare", help="a bare machine, with no Docker in it")
    machine.add_argument("which", metavar="SUITE")
    packages = kinds.add_parser("packages", help="packages on this machine, where they are missing")
    packages.add_argument("command", nargs="+", metavar="PACKAGE")
    for kind in (engine, machine):
        kind.add_argument("command", nargs="*", default=["bash"], metavar="-- COMMAND")
    return parser.parse_args()


def _in_engine(which: engines.Which, command: list[str], work: Path) -> int:
    with engines.start(which, work) as engine:
        _say(f"{which} engine {engine.version} at {engine.docker_host}")
        with _interruptible():
            return subprocess.call(engine.command(command), env=engine.environment())


def _in_machine(suite: str, command: list[str], work: Path) -> int:
    with bare.machine(work, suite) as machine:
        _say(f"bare {suite}, init is process {machine.pid}")
        with _interruptible():
            return subprocess.call(machine.command(command))


@contextmanager
def _interruptible() -> Iterator[None]:
    """Leave Ctrl-C to the command: it is asked too, and may have its own mind."""
    before = signal.signal(signal.SIGINT, lambda _signal, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _say(text: str) -> None:
    sys.stderr.write(f"lab: {text}\n")


def _leave(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
