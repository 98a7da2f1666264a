"""The place of random operations that costs no time: the fake engine, with a real ledger."""

from __future__ import annotations

import copy
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from envcheck.app.past import past_of
from envcheck.app.session import Session
from envcheck.app.teardown import CleanOptions, clean, down
from envcheck.core.decide import decide_up, needs_work
from envcheck.core.errors import ObjectConflict, UsageError
from envcheck.core.plan import StartContainer
from envcheck.core.reference import parse_reference
from envcheck.core.report import fold
from envcheck.core.situation import Situation
from envcheck.core.spec import ContainerSpec
from envcheck.run.books import JobBook, PortBook
from envcheck.run.executor import execute
from envcheck.run.journal import Journal
from envcheck.run.perform import Performer
from envcheck.run.supplies import Supplies
from tests.fake.lookout import lookout_for
from tests.fake.things import Container, Image, Network, Volume
from tests.unit.plans import shown
from tests.unit.worlds import World, contents, desired, targets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.core import events as ev
    from envcheck.core.observed import Observed
    from envcheck.core.plan import Plan
    from envcheck.engine.client import DockerEngine
    from tests.unit.operations import Labels, Outcome

BROUGHT = ("redis:8.0.3",)
"""The images that are not there until they are pulled."""


class Killed(BaseException):
    """The end of the process, at the worst moment."""


class FakePlace:
    """Fulfils `tests.unit.operations.Place`; ``told`` is all that was told lately.

    Args:
        state: a folder for the ledger.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._world = World()
        self._engine = self._world.engine
        self._engine.registry = {name: Image(f"sha256:{name}", []) for name in BROUGHT}
        self._came: list[str] = []
        self.told: list[ev.Event] = []

    @contextmanager
    def _session(self, instance: str, calls: int | None) -> Iterator[Session]:
        """A run of its own, as a process would be; it is killed after so many acts."""
        session = Session(
            emit=self.told.append,
            yes=True,
            instance=instance,
            environ={"XDG_STATE_HOME": str(self._state)},
        )
        session._engine = cast("DockerEngine", self._engine)  # noqa: SLF001
        last = None if calls is None else len(self._engine.acts) + calls

        def die(_what: tuple[str, str]) -> None:
            if last is not None and len(self._engine.acts) >= last:
                raise Killed

        self._engine.before_each_act = die
        try:
            yield session
        except Killed:
            # Who is killed does not say that it is at its end.
            Journal(session.ledger(), instance, "killed")
            raise
        finally:
            self._engine.before_each_act = lambda _what: None
            self._engine.hears.clear()
            session.close()

    def up(self, instance: str, profile: str, calls: int | None) -> Outcome:
        """As the app does it, but for the questions to registries and services."""
        with self._session(instance, calls) as session:
            try:
                with session.holding(instance, "up"):
                    session.ledger().know(desired(profile, instance).owner)
                    self._get_images(session, profile, instance)
                    done = self._carry_out(session, self._plan(session, profile, instance), profile)
            except (ObjectConflict, UsageError):
                return "refused"
            except Killed:
                return "killed"
        return "done" if done else "failed"

    def _get_images(self, session: Session, profile: str, instance: str) -> None:
        observed = self._engine.observe()
        for service in desired(profile, instance).services.values():
            name = service.container.image
            seen = observed.image(name)
            before = seen is not None and not seen.made_here
            session.ledger().use(name, instance, before=before)
            if seen is None:
                self._engine.pull(parse_reference(name), lambda *_: None)

    def _plan(self, session: Session, profile: str, instance: str) -> Plan:
        wanted, observed = desired(profile, instance), self._engine.observe()
        past = past_of(session, wanted, observed, look=True)
        taken = self._engine.taken | {*self._engine.store.ports_in_use()}
        return decide_up(Situation(wanted, observed, taken, past))

    def _carry_out(self, session: Session, plan: Plan, profile: str) -> bool:
        instance = session.instance
        fresh = {step.act.service for step in plan.steps if isinstance(step.act, StartContainer)}
        books = JobBook(session.ledger, instance), PortBook(session.ledger, instance)
        perform = Performer(
            self._engine,
            lookout_for(self._engine),
            session.emit,
            targets(profile, instance),
            frozenset(fresh),
            supplies=Supplies(books[0], contents, books[1]),
        )
        outcomes = execute(plan, session.recording(perform), abort=self._engine.clock.stop)
        return all(outcome.status == "done" for outcome in outcomes)

    def restless(self, instance: str, profile: str) -> list[str]:
        """What another `up` would do."""
        with self._session(instance, None) as session:
            plan = self._plan(session, profile, instance)
        return shown(plan) if needs_work(plan) else []

    def down(self, instance: str, calls: int | None) -> Outcome:
        """As the task does it."""
        with self._session(instance, calls) as session:
            try:
                down(session, "")
            except Killed:
                return "killed"
        return "done"

    def clean(self, instance: str, calls: int | None) -> Outcome:
        """As the task does it."""
        self.told.clear()
        with self._session(instance, calls) as session:
            try:
                clean(session, "", CleanOptions())
            except Killed:
                return "killed"
        return "done" if fold(self.told).exit_code == 0 else "failed"

    def observe(self) -> Observed:
        """The engine as it is."""
        return self._engine.observe()

    def on_record(self, instance: str) -> dict[str, object]:
        """What the ledger holds of an instance."""
        with self._session(instance, None) as session:
            ledger = session.ledger()
            found = {
                "instance": instance in ledger.instances(),
                "images": [r.reference for r in ledger.images() if instance in r.instances],
                "jobs": ledger.jobs(instance),
                "ports": ledger.ports(instance),
                "runs": [run for run in ledger.runs() if run.instance == instance],
            }
        return {what: entries for what, entries in found.items() if entries}

    @property
    def ledger_file(self) -> Path:
        """The ledger, while nobody has it open."""
        (file,) = self._state.glob("envcheck/engines/*/ledger.sqlite3")
        return file

    def lose_ledger(self, how: str) -> None:
        """Have the ledger gone, or broken."""
        for file in self._state.glob("envcheck/engines/*/ledger.sqlite3*"):
            match how:
                case "gone":
                    file.unlink()
                case "garbage":
                    file.write_bytes(b"no ledger" * 1000)
                case "half":
                    data = file.read_bytes()
                    file.write_bytes(data[: len(data) // 2])

    def commit(self, deed: str, number: int) -> None:
        """Do something to one of our own objects, as far as the engine lets it be done."""
        store = self._engine.store
        ours = [c for c in store.containers.values() if c.id not in self._came]
        running = [container for container in ours if container.running]
        networks = [n for n in store.networks.values() if n.id not in self._came]
        volumes = [name for name in store.volumes if name not in self._came]
        unused = [name for name in volumes if not store.users_of_volume(name)]
        match deed:
            case "stop" if running:
                running[number % len(running)].stop()
            case "die" if running:
                running[number % len(running)].end(1)
            case "remove" if ours:
                del store.containers[ours[number % len(ours)].id]
            case "lose volume" if unused:
                del store.volumes[unused[number % len(unused)]]
            case "lose network" if networks and not running:
                del store.networks[networks[number % len(networks)].id]
            case _:
                pass  # there is nothing to do it to

    def stranger(self, kind: str, name: str, labels: Labels) -> None:
        """Have somebody else make something, where its name is free."""
        store, id = self._engine.store, self._engine.store.new_id()
        match kind:
            case "container" if store.look(name) is None:
                spec = ContainerSpec(name, "", "node:24.21.0", "", {}, (), (), labels=labels)
                image = store.image("node:24.21.0")
                assert image is not None
                store.containers[id] = Container(id, spec, image.id, labels, status="running")
                self._came.append(id)
            case "network" if store.network(name) is None:
                store.networks[id] = Network(id, name, labels)
                self._came.append(id)
            case "volume" if name not in store.volumes:
                store.volumes[name] = Volume(name, labels, {"/file": b"dear to somebody"})
                self._came.append(name)
            case "image" if store.image(f"{name}:1") is None:
                store.images[id] = Image(id, [f"{name}:1"], labels=labels)
                self._came.append(id)
            case _:
                pass  # somebody has it already

    def strangers(self) -> object:
        """All that is not ours: those who came, and the images that were there before us."""
        store = self._engine.store
        things: dict[str, object] = {
            **store.containers,
            **store.networks,
            **store.volumes,
            **store.images,
        }
        before = {i.id for i in store.images.values() if not {*i.tags} & {*BROUGHT}}
        return copy.deepcopy([things.get(id) for id in (*self._came, *sorted(before))])

    def lose_strangers(self) -> None:
        """Have those strangers go who have come."""
        store = self._engine.store
        for id in self._came:
            for things in (store.containers, store.networks, store.images, store.volumes):
                cast("dict[str, object]", things).pop(id, None)
        self._came.clear()

    def forget(self, image: str) -> None:
        """Have an image removed by somebody, where it is here."""
        self._engine.remove_image(image)

    def close(self) -> None:
        """Put everything away."""
        shutil.rmtree(self._state, ignore_errors=True)
