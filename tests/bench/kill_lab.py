"""The whole kill lab: ``python -m tests.bench.kill_lab [--verb V] [--fault F] [--every N] …``.

Each verb of webapp is harmed at each of its calls to the engine, before the call is passed on and
after it was answered. After each, `up` must converge and `clean` leave nothing. DOCKER_HOST says on
which engine; nobody else may work there meanwhile. A line for each point, and a table at the end.
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from tests.engine import killing
from tests.engine.cli import Cli
from tests.engine.conftest import REPOSITORY, Docker
from tests.lab.meddler import Fault, What, When

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECOVERIES = {"up": ("up", "clean"), "clean": ("clean",)}


def main() -> int:
    """Try every point that is asked for; 1 where one was not survived."""
    options = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))  # and put all away
    tried: Counter[tuple[str, ...]] = Counter()
    lost: Counter[tuple[str, ...]] = Counter()
    with tempfile.TemporaryDirectory(prefix="kl-") as folder, _arena(Path(folder)) as arena:
        counts = arena.counts()
        _say(f"calls: {counts}")
        for verb, fault, then in _points(options, counts):
            begun = time.monotonic()
            trial = arena.trial(verb, fault, _RECOVERIES[then])
            if trial.call is None and not trial.complaints:
                _say(f"{verb} {fault}: fewer calls this time")
                continue
            group: tuple[str, ...] = (verb, fault.what, fault.when)
            tried[group] += 1
            lost[group] += bool(trial.complaints)
            _say(_line(verb, fault, then, trial, time.monotonic() - begun))
    _say(f"{'verb':<8}{'fault':<8}{'when':<8}{'tried':>8}{'survived':>10}")
    for group, count in tried.items():
        _say("".join(f"{word:<8}" for word in group) + f"{count:>8}{count - lost[group]:>10}")
    _say(f"{'all':<24}{tried.total():>8}{tried.total() - lost.total():>10}")
    return 1 if lost.total() else 0


def _points(
    options: argparse.Namespace, counts: dict[str, int]
) -> Iterator[tuple[str, Fault, str]]:
    for verb, what, when, then in itertools.product(
        options.verb, options.fault, options.when, options.then
    ):
        for number in range(options.first, counts[verb] + 1, options.every):
            yield verb, Fault(number, what, when), then


def _line(verb: str, fault: Fault, then: str, trial: killing.Trial, seconds: float) -> str:
    word = "LOST" if trial.complaints else "ok"
    told = f"(ended {trial.ended} after {trial.seconds:.1f} s; {seconds:.1f} s)"
    line = f"{word:<4} {verb} {fault.what} {fault.when} then {then}: {trial.call} {told}"
    return "\n     ".join((line, *trial.complaints))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.kill_lab", description=__doc__)
    parser.add_argument(
        "--verb", nargs="+", choices=[*killing.VERBS], default=["up", "down", "clean"]
    )
    parser.add_argument("--fault", nargs="+", choices=get_args(What), default=["kill"])
    parser.add_argument("--when", nargs="+", choices=get_args(When), default=[*get_args(When)])
    parser.add_argument("--then", nargs="+", choices=[*_RECOVERIES], default=["up"])
    parser.add_argument("--first", type=int, default=1, help="the first call that is harmed")
    parser.add_argument("--every", type=int, default=1, help="every so many calls")
    return parser.parse_args()


@contextmanager
def _arena(folder: Path) -> Iterator[killing.Arena]:
    state, instance = {"XDG_STATE_HOME": str(folder / "state")}, f"k{os.getpid()}"
    cli = Cli(killing.project(folder / "project"), state)
    with (
        killing.holding(Cli(REPOSITORY, state), instance),
        killing.arena(cli, Docker({}), folder / "door", instance) as arena,
    ):
        yield arena


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
