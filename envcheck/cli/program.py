"""The program: Invoke's own, with exit code 2 for a command line that it cannot read."""

from __future__ import annotations

import sys

from invoke.exceptions import ParseError
from invoke.program import Program

from envcheck import __version__
from envcheck.cli.start import leave_no_more
from envcheck.cli.streams import ensure_streams, let_go
from envcheck.core.errors import ExitCode


class EnvcheckProgram(Program):
    """Invoke, but a mistake on the command line exits with 2, as every envcheck task does."""

    def parse_core(self, argv: list[str] | None) -> None:
        """Read Invoke's own flags."""
        try:
            super().parse_core(argv)
        except ParseError as error:
            _refuse(error)

    def execute(self) -> None:
        """Run the tasks."""
        leave_no_more()
        try:
            super().execute()
        except KeyboardInterrupt:
            sys.exit(int(ExitCode.INTERRUPTED))

    def parse_tasks(self) -> None:
        """Read the tasks and their flags."""
        try:
            super().parse_tasks()
        except ParseError as error:
            _refuse(error)


def _refuse(error: ParseError) -> None:
    sys.stderr.write(f"{error}\n")
    sys.exit(int(ExitCode.INVALID))


def main() -> None:
    """The console script ``envcheck``: the user tasks, wherever it is called."""
    from envcheck.cli.tasks import collection

    _run(
        EnvcheckProgram(
            name="envcheck", binary="envcheck", namespace=collection(), version=__version__
        )
    )


def inv() -> None:
    """What ``./inv`` runs: the tasks of the folder's own tasks.py."""
    _run(EnvcheckProgram(name="inv", binary="./inv", version=__version__))


def _run(program: EnvcheckProgram) -> None:
    ensure_streams()
    try:
        program.run()
    except BrokenPipeError:  # whoever read our output (`head`) has seen enough
        sys.exit(int(ExitCode.OK))
    finally:
        let_go(sys.stdout)
        let_go(sys.stderr)
