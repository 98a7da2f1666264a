"""The command line as its users have it: a process of its own, and what it left to read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.engine import warm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ENVCHECK = str(Path(sys.executable).parent / "envcheck")
_SECONDS = 300


@dataclass(frozen=True)
class Ran:
    """A finished call: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The JSON document, which must be all that is on stdout."""
        report: dict[str, Any] = json.loads(self.out)
        return report

    def verdicts(self) -> dict[str, str]:
        """Status by id of every result in the report."""
        return {result["id"]: result["status"] for result in self.report["results"]}


@dataclass(frozen=True)
class Cli:
    """Calls envcheck in a folder, for one engine, with a ledger of its own.

    Args:
        folder: where it is called; has a folder `profiles/`.
        environment: what is set besides this process's own variables.
        prefix: put before the command, to run it in another network namespace.
    """

    folder: Path
    environment: Mapping[str, str]
    prefix: Sequence[str] = ()

    def variables(self, **more: str) -> dict[str, str]:
        """All environment variables with which it is called."""
        return {**os.environ, **self.environment, **more}

    def __call__(self, *words: str, **variables: str) -> Ran:
        """Run it to its end, without standard input."""
        given = self.variables(**variables)
        if not self.prefix:
            return Ran(*warm.call(words, self.folder, given, _SECONDS))
        # In another namespace, or as another user: a server there would outlive its place.
        done = subprocess.run(
            [*self.prefix, ENVCHECK, *words],
            cwd=self.folder,
            env=given,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def begun(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        """Begin to run it; what it writes can be read when it has ended."""
        return subprocess.Popen(
            [*self.prefix, ENVCHECK, *words],
            cwd=self.folder,
            env=self.variables(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def under_way(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run it during the context, and kill it at the end, where it has not ended by then."""
        process = subprocess.Popen(
            [*self.prefix, ENVCHECK, *words],
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    @contextmanager
    def telling(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """The same, with what it writes to be read while it runs; Ctrl-C and SIGTERM reach it."""
        # A shell that runs us in the background has interrupts ignored, which children inherit.
        listening = ("env", "--default-signal=INT")
        process = subprocess.Popen(
            [*self.prefix, *listening, ENVCHECK, *words],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def interrupted(self, *words: str, when: str) -> Ran:
        """Run it, and interrupt it as Ctrl-C does as soon as stdout holds ``when``."""
        # A shell that runs us in the background has interrupts ignored, which children inherit.
        listening = ("env", "--default-signal=INT")
        with subprocess.Popen(
            [*self.prefix, *listening, ENVCHECK, *words],
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            said = ""
            for line in process.stdout or ():
                said += line
                if when in said:
                    process.send_signal(signal.SIGINT)
                    when = "\0"  # once
            errors = process.stderr.read() if process.stderr else ""
        return Ran(process.returncode, said, errors)
