"""Meeting a fault: calling envcheck, asserting that it names that fault alone, and mending it."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.engine.cli import Cli, Ran

# What a report says besides the fault itself: that a fault was found.
_SUMMARIES = ("machine.unfit", "doctor.strict")


@dataclass
class Row:
    """One fault that was made: what was named, how it was mended, how long the verdict took."""

    fault: str
    call: str
    named: tuple[str, ...]
    seconds: float
    mended: str = "-"

    @property
    def right(self) -> bool:
        """Whether that fault was named, and no other."""
        return self.named == (self.fault,)


@dataclass
class Board:
    """All faults that were made in this test session."""

    rows: list[Row] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The table, and the score below it."""
        for row in sorted(self.rows, key=lambda row: (row.fault, row.call)):
            named = "yes" if row.right else f"NO: {', '.join(row.named) or 'nothing'}"
            yield f"{row.fault:<32} {row.call:<36} {named:<10} {row.mended:<9} {row.seconds:6.2f} s"
        kinds = {row.fault for row in self.rows}
        right = [row for row in self.rows if row.right]
        mended = [row for row in self.rows if row.mended != "-"]
        yield (
            f"{len(self.rows)} faults made of {len(kinds)} kinds; {len(right)} named rightly,"
            f" {len(mended)} mended; median {median(row.seconds for row in self.rows):.2f} s"
        )


BOARD = Board()


@dataclass(frozen=True)
class Met:
    """A fault that was met and named rightly.

    Attributes:
        ran: what the call left to read.
        words: the call, to be made again once the fault is mended.
    """

    cli: Cli
    fault: str
    ran: Ran
    words: tuple[str, ...]
    variables: dict[str, str]
    row: Row

    @property
    def fix(self) -> tuple[str, ...]:
        """The commands of the fix."""
        error = self.ran.report["error"]
        told = [r["fix"] for r in self.ran.report["results"] if r["fault"] == self.fault]
        told += [error["fix"]] if error else []
        return tuple(next((fix["commands"] for fix in told if fix), ()))

    def by_commands(
        self,
        change: Callable[[str], str] = lambda command: command,
        *,
        code: int = 0,
        session: Sequence[str] = (),
    ) -> Ran:
        """Run the fix's commands, and in the same shell the same call again.

        Args:
            change: what a person types who must choose (an empty text: leaves it out).
            code: the exit code of the call that finds it mended.
            session: the command that begins a new session after the commands, if one is needed.
        """
        assert self.fix
        typed = [text for text in map(change, self.fix) if text]
        script = " && ".join(f"{{ {command} ; }} >&2" for command in typed)
        shell = ("sh", "-c", f'{script} && exec "$@"', "fix", *session)
        return self._again(replace(self.cli, prefix=(*self.cli.prefix, *shell)), "commands", code)

    def by_doctor(self, *words: str, code: int = 0) -> Ran:
        """Have the doctor mend it."""
        ran = self.cli(*self.words, "--fix", "--yes", *words, **self.variables)
        assert ran.code == code, ran.out + ran.err
        assert self.fault not in faults_in(ran.report), ran.out
        return self._again(self.cli, "--fix", code)

    def by_advice(self, *, code: int = 0, cli: Cli | None = None, **variables: str) -> Ran:
        """The same call again, after the test has done what the fix says in words."""
        return self._again(cli or self.cli, "advice", code, **variables)

    def _again(self, cli: Cli, how: str, code: int, **variables: str) -> Ran:
        ran = cli(*self.words, **{**self.variables, **variables})
        assert ran.code == code, ran.out + ran.err
        assert self.fault not in faults_in(ran.report), ran.out
        self.row.mended = how
        return ran


def meets(cli: Cli, fault: str, code: int, *words: str, **variables: str) -> Met:
    """Call envcheck where a fault was made; it must be named, alone, with this exit code."""
    begun = time.monotonic()
    ran = cli(*words, "--json", **variables)
    return judged(cli, fault, code, ran, time.monotonic() - begun, *words, **variables)


def judged(
    cli: Cli, fault: str, code: int, ran: Ran, seconds: float, *words: str, **variables: str
) -> Met:
    """The same for a call that was made already, and took so long."""
    named = faults_in(ran.report)
    row = Row(fault, _short(words), named, seconds)
    BOARD.rows.append(row)
    assert named == (fault,), ran.out + ran.err
    assert ran.code == code, ran.out + ran.err
    return Met(cli, fault, ran, (*words, "--json"), dict(variables), row)


def faults_in(report: dict[str, Any]) -> tuple[str, ...]:
    """Every fault that a report names."""
    named = {r["fault"] for r in report["results"] if r["status"] != "pass" and r["fault"]}
    named |= {left["fault"] for left in report["left_behind"] if left["fault"]}
    if report["error"] and report["error"]["id"] not in _SUMMARIES:
        named.add(report["error"]["id"])
    return tuple(sorted(named))


def _short(words: tuple[str, ...]) -> str:
    kept = [word for word in words if "/" not in word and not word.startswith("t")]
    return shlex.join(word for word in kept if word not in ("--yes", "--instance"))
