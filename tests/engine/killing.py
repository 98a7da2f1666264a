"""The kill lab: a verb is harmed at one of its calls, and what comes after must heal it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.core.errors import ExitCode
from envcheck.run.ledger import Ledger
from tests.engine import crowd
from tests.engine.cli import Cli, Ran
from tests.engine.conftest import REPOSITORY
from tests.lab import meddler

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.engine.conftest import Docker
    from tests.lab.meddler import Call, Fault, Meddler

VERBS: dict[str, tuple[str, ...]] = {
    "up": ("up",),
    "check": ("check",),
    "down": ("down",),
    "clean": ("clean", "--yes"),
}
"""What is typed for each; the profile and the instance come behind it."""

NEEDS_UP = ("check", "down", "clean")
_ENDS = {int(code) for code in ExitCode} - {int(ExitCode.BUG)}
_SECONDS = 120.0
_SHOWN = 1000
_LISTS = {
    "container": ("ps", "-a", "--no-trunc", "--format", "{{.Names}} {{.ID}}"),
    "network": ("network", "ls", "--no-trunc", "--format", "{{.Name}} {{.ID}}"),
    "volume": ("volume", "ls", "--format", "{{.Name}}"),
    "image": ("images", "-a", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"),
}


@dataclass(frozen=True)
class Trial:
    """What came of one trial.

    Attributes:
        call: the call that met the fault; None where there were fewer calls than that.
        ended: the exit code of the harmed run; below 0, the signal that killed it.
        seconds: from the fault to its end.
        complaints: all that is not as it must be; nothing where the run survived.
    """

    call: Call | None
    ended: int
    seconds: float
    complaints: tuple[str, ...]


@dataclass(frozen=True)
class Arena:
    """Where trials are held.

    Attributes:
        cli: the command line, straight to the engine.
        meddler: the proxy that a harmed run goes through.
        docker: the engine's own command line.
        crowd: strangers who must not notice.
        profile: the profile's name.
        instance: the instance of the trials.
        before: every object that stood on the engine before the first trial, by kind.
    """

    cli: Cli
    meddler: Meddler
    docker: Docker
    crowd: crowd.Crowd
    profile: str
    instance: str
    before: Mapping[str, frozenset[str]]
    strangers: Mapping[str, str]

    def run(self, verb: str) -> Ran:
        """Run a verb undisturbed."""
        return self.cli(*self._words(verb))

    def _words(self, verb: str) -> tuple[str, ...]:
        return (*VERBS[verb], self.profile, "--instance", self.instance, "--json")

    def counts(self) -> dict[str, int]:
        """How many calls each verb makes to which nothing happens; all is clean afterwards."""
        found: dict[str, int] = {}
        for verb in ("up", "check", "down", "up", "clean"):
            self.meddler.begin()
            ran = self.cli(*self._words(verb), DOCKER_HOST=self.meddler.docker_host)
            assert ran.code == 0, said(ran)
            found.setdefault(verb, len(self.meddler.calls))
        return found

    def _prepare(self, verb: str) -> None:
        if verb in NEEDS_UP:
            self._must("up")

    def _must(self, verb: str) -> None:
        ran = self.run(verb)
        assert ran.code == 0, said(ran)

    def trial(self, verb: str, fault: Fault, recovery: tuple[str, ...]) -> Trial:
        """Harm a verb once, recover, and look at everything.

        Args:
            verb: one of VERBS.
            fault: what happens to it.
            recovery: the verbs that come after it; the last one is `clean`.
        """
        self._prepare(verb)
        self.meddler.begin(fault)
        ran, seconds = self._harmed(verb, fault)
        calls, met = self.meddler.calls, self.meddler.met.is_set()
        call = calls[fault.call - 1] if met else None
        complaints = [*_complaints_about(ran, fault, seconds)] if met else []
        self.meddler.begin()
        for step in recovery:
            complaints += self._recover(step)
        return Trial(call, ran.code, seconds, (*complaints, *self.look()))

    def _harmed(self, verb: str, fault: Fault) -> tuple[Ran, float]:
        """The run, and the seconds from its fault to its end."""
        proxy = self.meddler.docker_host
        with self.cli.begun(*self._words(verb), DOCKER_HOST=proxy) as process:
            self.meddler.victim = process.pid
            if fault.what == "stall":
                self._tell_to_stop(process)
            try:
                out, err = process.communicate(timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
        since = time.monotonic() - self.meddler.met_at
        return Ran(process.returncode, out, err), since

    def _tell_to_stop(self, process: subprocess.Popen[str]) -> None:
        """As soon as it waits in vain."""
        while not self.meddler.met.wait(0.05) and process.poll() is None:
            pass
        process.send_signal(signal.SIGTERM)

    def _recover(self, verb: str) -> Iterator[str]:
        ran = self.run(verb)
        if ran.code != 0:
            yield f"`{verb}` afterwards ended with {ran.code}: {said(ran)}"
        elif verb == "clean" and ran.report["left_behind"]:
            yield f"clean left behind {ran.report['left_behind']}"
        elif verb == "up":
            yield from self._apart_from_ledger()

    def look(self) -> Iterator[str]:
        """What is not as it was before the first trial."""
        for kind, words in _LISTS.items():
            now = frozenset(self.docker(*words))
            if now - self.before[kind]:
                yield f"{kind}s left: {sorted(now - self.before[kind])}"
            if self.before[kind] - now:
                yield f"{kind}s gone: {sorted(self.before[kind] - now)}"
        state = self.crowd.state()
        for what, was in self.strangers.items():
            if state[what] != was:
                yield f"strangers changed: {what}: {was} is now {state[what]}"
        with self._ledger() as ledger:
            on_record = entries(ledger, self.instance)
        if on_record:
            yield f"the ledger still holds {on_record}"

    def _apart_from_ledger(self) -> Iterator[str]:
        """After `up`: in what labels and ledger do not agree."""
        mine = ("--filter", f"label=dev.envcheck.instance={self.instance}", "--format")
        used = {*self.docker("ps", "-a", *mine, "{{.Image}}")}
        built = {*self.docker("images", *mine, "{{.Repository}}:{{.Tag}}")}
        published = {port.split(":")[1] for port in self._published(mine)}
        with self._ledger() as ledger:
            known = self.instance in ledger.instances()
            images = {r.reference for r in ledger.images() if self.instance in r.instances}
            ports = {str(p) for held in ledger.ports(self.instance).values() for p in held.values()}
            open_runs = [run for run in ledger.runs() if run.instance == self.instance]
        if not known or open_runs:
            yield f"in the ledger after up: the instance {known}, open runs {open_runs}"
        if not built or not built | images >= used:
            yield f"containers are made of {used}; labelled are {built}, in the ledger {images}"
        if ports != published:
            yield f"published are {published}, in the ledger {ports}"

    def _published(self, mine: tuple[str, ...]) -> Iterator[str]:
        """What `docker ps` shows of our ports: 127.0.0.1:HOST->CONTAINER/tcp."""
        for line in self.docker("ps", *mine, "{{.Ports}}"):
            yield from (port.split("->")[0] for port in line.split(", ") if "->" in port)

    @contextmanager
    def _ledger(self) -> Iterator[Ledger]:
        """The ledger of this engine, which must be there."""
        state = Path(self.cli.environment["XDG_STATE_HOME"])
        (file,) = state.glob("envcheck/engines/*/ledger.sqlite3")
        with closing(Ledger(file)) as ledger:
            yield ledger


def said(ran: Ran) -> str:
    """What a run that failed says of it, in short."""
    try:
        error = ran.report["error"]
    except ValueError:
        error = ran.out[-_SHOWN:]
    return f"{error}\n{ran.err[-_SHOWN:]}"


def entries(ledger: Ledger, instance: str) -> dict[str, object]:
    """All that a ledger holds of an instance."""
    found = {
        "instance": instance in ledger.instances(),
        "images": [r.reference for r in ledger.images() if instance in r.instances],
        "jobs": ledger.jobs(instance),
        "ports": ledger.ports(instance),
        "runs": [run for run in ledger.runs() if run.instance == instance],
    }
    return {what: entries for what, entries in found.items() if entries}


def _complaints_about(ran: Ran, fault: Fault, seconds: float) -> Iterator[str]:
    """What is wrong with how a harmed run ended."""
    if fault.what == "kill":
        if ran.code != -signal.SIGKILL:
            yield f"it ended with {ran.code} though it was killed"
        return
    if ran.code not in _ENDS:
        yield f"it ended with {ran.code}: {said(ran)}"
    if "Traceback" in ran.out + ran.err:
        yield f"it printed a traceback: {ran.err[-2000:]}"
    try:
        json.loads(ran.out)
    except ValueError:
        yield f"its report is no JSON: {ran.out[-500:]!r}"
    if fault.what == "stall":
        if ran.code != ExitCode.INTERRUPTED:
            yield f"it ended with {ran.code}, though it was told to stop: {said(ran)}"
        if seconds > 2:
            yield f"it took {seconds:.1f} s to stop"


def project(folder: Path) -> Path:
    """A copy of our own project whose image is another one, so that each instance builds its own.

    The one that is built of ours as it stands is held, with all others, by somebody else.
    """
    shutil.copytree(REPOSITORY / "profiles", folder / "profiles")
    server = folder / "profiles" / "webapp" / "server.js"
    server.write_text(f"{server.read_text()}// of the kill lab\n")
    return folder


@contextmanager
def holding(cli: Cli, instance: str) -> Iterator[None]:
    """Have webapp's images held by an instance that nobody brings up."""
    words = ("webapp", "--instance", f"{instance}-images")
    got = cli("up", "--yes", *words, "--json")
    assert got.code == 0, said(got)
    assert cli("down", *words).code == 0
    try:
        yield
    finally:
        gone = cli("clean", "--yes", *words, "--json")
        assert gone.code == 0, said(gone)


@contextmanager
def arena(cli: Cli, docker: Docker, door: Path, instance: str) -> Iterator[Arena]:
    """An arena for webapp, among strangers.

    Args:
        cli: the command line; its engine has the images of webapp, which somebody else holds.
        docker: the command line of the same engine.
        door: where the proxy's socket is made.
        instance: the instance of the trials.
    """
    engine = cli.variables()["DOCKER_HOST"].removeprefix("unix://")
    with crowd.strangers(docker, instance) as around, meddler.serve(door, engine) as proxy:
        before = {kind: frozenset(docker(*words)) for kind, words in _LISTS.items()}
        yield Arena(
            cli, proxy, docker, around, "webapp", instance, before, strangers=around.state()
        )
