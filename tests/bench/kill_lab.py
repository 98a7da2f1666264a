"""The whole kill lab: ``python -m tests.bench.kill_lab [--verb V] [--fault F] [--every N] …``.

Each verb of webapp is harmed at each of its calls to the engine, before the call is passed on and
after it was answered. After each, `up` must converge and `clean` leave nothing. DOCKER_HOST says on
which engine; nobody else may work there meanwhile. A line for each point, and a table at the end.
"""

from __future__ import annotations

import argparse
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
    tried: Counter[tuple[str, str, str]] = Counter()
    lost: Counter[tuple[str, str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="kl-") as folder, _arena(Path(folder)) as arena:
        for verb in options.verb:
            calls = arena.calls(verb)
            _say(f"{verb}: {len(calls)} calls")
            for what in options.fault:
                for when in options.when:
                    for recovery in options.then:
                        group = (verb, what, when)
                        for number in range(options.first, len(calls) + 1, options.every):
                            fault = Fault(number, what, when)
                            begun = time.monotonic()
                            trial = arena.trial(verb, fault, _RECOVERIES[recovery])
                            took = time.monotonic() - begun
                            if trial.call is None and not trial.complaints:
                                _say(f"{verb} {what} {when} {number}: fewer calls this time")
                                continue
                            tried[group] += 1
                            lost[group] += bool(trial.complaints)
                            word = "LOST" if trial.complaints else "ok"
                            _say(
                                f"{word:<4} {verb} {what} {when} then {recovery}: {trial.call} "
                                f"(ended {trial.ended} after {trial.seconds:.1f} s; {took:.1f} s)"
                            )
                            for complaint in trial.complaints:
                                _say(f"     {complaint}")
    _say(f"{'verb':<8}{'fault':<8}{'when':<8}{'tried':>8}{'survived':>10}")
    for group, count in tried.items():
        _say("".join(f"{word:<8}" for word in group) + f"{count:>8}{count - lost[group]:>10}")
    _say(f"{'all':<24}{tried.total():>8}{tried.total() - lost.total():>10}")
    return 1 if lost.total() else 0


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
    """Webapp's images are held by an instance that nobody brings up."""
    state = {"XDG_STATE_HOME": str(folder / "state")}
    instance = f"k{os.getpid()}"
    hold, words = Cli(REPOSITORY, state), ("webapp", "--instance", f"{instance}-images")
    got = hold("up", "--yes", *words)
    assert got.code == 0, got.err
    assert hold("down", *words).code == 0
    cli = Cli(killing.project(folder / "project"), state)
    try:
        with killing.arena(cli, Docker({}), folder / "door", instance) as arena:
            yield arena
    finally:
        gone = hold("clean", "--yes", *words)
        assert gone.code == 0, gone.err


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
