"""Readiness: only an answer counts, a dead container is not waited for, and no wait is endless."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from envcheck.core import events as ev
from envcheck.core.errors import ObjectConflict, ObjectMissing, StepFailed
from envcheck.core.profile import ExecProbe, HttpProbe, Place, Port, Service, TcpProbe, Verify
from envcheck.core.reference import parse_reference
from envcheck.core.spec import ContainerSpec, NetworkSpec, PortBinding
from envcheck.run.poll import LONGEST_PAUSE
from envcheck.run.ports import Ran
from envcheck.run.readiness import Ready, ServiceUnready, Target, await_ready
from envcheck.services.desired import ImageChoice
from envcheck.services.kind import Access, Answer, Kind, NotReady
from tests.fake.clock import FakeClock
from tests.fake.engine import FakeEngine
from tests.fake.life import OUT_OF_MEMORY, STEADY, Life, answering, dies
from tests.fake.lookout import lookout_for

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "shop-db"


@dataclass
class Server:
    """What the probe finds: so many refusals, then an answer."""

    refusals: int = 0
    answer: Answer = field(default_factory=lambda: Answer("17.11"))
    asked: list[Access] = field(default_factory=list)

    def __call__(self, access: Access) -> Answer:
        """One probe."""
        self.asked.append(access)
        if len(self.asked) <= self.refusals:
            raise NotReady(f"refusal {len(self.asked)}")
        return self.answer


@dataclass
class World:
    """A service's container on a fake engine, and what is told while it is waited for."""

    engine: FakeEngine
    target: Target
    told: list[ev.Event] = field(default_factory=list)
    settled: bool = True

    @property
    def clock(self) -> FakeClock:
        """The engine's clock."""
        return self.engine.clock

    def wait(self, seconds: float = 60.0) -> Ready:
        """Wait for the service."""
        service = replace(self.target.service, timeout=seconds)
        post = lookout_for(self.engine).post(self.target.container)
        return await_ready(
            replace(self.target, service=service),
            self.engine,
            post,
            self.told.append,
            settled=self.settled,
        )

    def unready(self, seconds: float = 60.0) -> ServiceUnready:
        """Wait for the service in vain."""
        with pytest.raises(ServiceUnready) as caught:
            self.wait(seconds)
        return caught.value


def world(
    probe: Callable[[Access], Answer] | None = None,
    life: Life = STEADY,
    *,
    verify: tuple[Verify, ...] = (),
    ports: tuple[Port, ...] = (Port(5432, 5432),),
) -> World:
    engine = FakeEngine(FakeClock())
    engine.add_image("postgres:17.11")
    engine.create_network(NetworkSpec("shop", {}))
    engine.script.by_name[NAME] = life
    bindings = tuple(PortBinding(port.container, 15432) for port in ports)
    engine.create_container(
        ContainerSpec(NAME, "db", "postgres:17.11", "shop", {}, bindings, (), {})
    )
    if not life.cannot_start:
        engine.start_container(NAME)
    service = Service(
        "db", "postgres", Place("", 0, 0), environment={"POSTGRES_PASSWORD": "x"}, verify=verify
    )
    pin = parse_reference("postgres:17.11")
    target = Target(
        service=service,
        kind=Kind("postgres", "PostgreSQL", port=5432, probe=probe),
        image=ImageChoice("postgres:17.11", pin, "postgres:17.11"),
        container=NAME,
        ports=ports,
    )
    return World(engine, target)


def test_a_service_that_answers_at_once_is_ready_at_once() -> None:
    found = world(Server())
    ready = found.wait()
    assert (ready.endpoint, ready.version, ready.seconds) == ("127.0.0.1:15432", "17.11", 0.0)
    assert found.clock.waits == []


def test_the_probe_is_given_the_port_that_was_really_published_and_the_credentials() -> None:
    server = Server()
    world(server).wait()
    (access,) = server.asked
    assert (access.host, access.port) == ("127.0.0.1", 15432)
    assert access.environment == {"POSTGRES_PASSWORD": "x"}


def test_it_is_asked_until_it_answers() -> None:
    server = Server(refusals=9)
    found = world(server)
    ready = found.wait()
    assert len(server.asked) == 10
    assert ready.seconds == pytest.approx(sum(found.clock.waits))


def test_what_is_heard_meanwhile_is_told_once_each_time_it_changes() -> None:
    heard = iter(["refused", "refused", "starting up", "starting up", "starting up"])

    def probe(_access: Access) -> Answer:
        text = next(heard, None)
        if text is None:
            return Answer()
        raise NotReady(text)

    found = world(probe)
    found.wait()
    assert found.told == [
        ev.ServiceProgress("db", "starting", "refused"),
        ev.ServiceProgress("db", "starting", "starting up"),
    ]


def test_a_service_that_never_answers_is_given_up_with_what_was_last_heard() -> None:
    server = Server(refusals=10**9)
    found = world(server, Life(says=("booting", "still booting")))
    begun = found.clock.now()
    error = found.unready(seconds=30)
    assert error.id == "service.timeout"
    assert error.what == "not ready after 30 s"
    assert error.evidence == (f"last answer: refusal {len(server.asked)}",)
    assert error.logs == ("booting", "still booting")
    assert error.fix is not None
    assert error.fix.commands == ("docker logs shop-db",)
    assert found.clock.now() - begun == pytest.approx(30)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_container_that_has_died_fails_at_once(code: int) -> None:
    """Even one that ended well: a service that ended serves nobody."""
    server = Server()
    found = world(server, dies(code, "no such luck"))
    error = found.unready()
    assert error.id == "service.exited"
    assert error.what.startswith(f"exited with code {code}")
    assert error.logs == ("no such luck",)
    assert server.asked == []
    assert found.clock.waits == []


def test_a_container_that_dies_while_it_is_waited_for_fails_then() -> None:
    server = Server(refusals=10**9)
    found = world(server, dies(1, after=2.0))
    begun = found.clock.now()
    assert found.unready().id == "service.exited"
    assert 2.0 <= found.clock.now() - begun <= 2.0 + LONGEST_PAUSE


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (126, "cannot be executed"),
        (127, "was not found"),
        (137, "killed (SIGKILL)"),
        (139, "crashed (SIGSEGV)"),
        (143, "told to stop"),
    ],
)
def test_an_exit_code_that_has_a_meaning_is_told_with_it(code: int, meaning: str) -> None:
    assert meaning in world(Server(), dies(code)).unready().what


def test_a_container_that_used_too_much_memory_says_so() -> None:
    error = world(Server(), OUT_OF_MEMORY).unready()
    assert error.id == "service.out-of-memory"
    assert "too much memory (exit code 137)" in error.what


def test_a_container_that_could_not_start_is_told_with_the_engines_reason() -> None:
    found = world(Server(), Life(cannot_start="exec: nonsense: not found"))
    with pytest.raises(Exception, match="nonsense"):
        found.engine.start_container(NAME)
    error = found.unready()
    assert error.id == "service.cannot-start"
    assert "exec: nonsense: not found" in error.what


@pytest.mark.parametrize("status", ["paused", "removing", "dead", "created"])
def test_a_container_in_any_other_state_is_not_waited_for(status: str) -> None:
    found = world(Server())
    found.engine.store.container(NAME).status = status
    error = found.unready()
    assert error.id == "service.not-running"
    assert error.what == f"its container is {status}"


def test_a_container_that_somebody_removed_meanwhile_is_missing() -> None:
    found = world(Server(refusals=10**9))
    found.clock.at_each_wait = lambda: found.engine.remove_container(NAME)
    with pytest.raises(ObjectMissing):
        found.wait()


def test_a_kind_without_a_probe_is_ready_when_it_runs() -> None:
    assert world(None).wait().version == ""


def test_a_service_that_publishes_no_port_has_no_endpoint_and_is_not_probed() -> None:
    server = Server()
    ready = world(server, ports=()).wait()
    assert ready.endpoint == ""
    assert server.asked == []


CHECK = ("check", "it")


def test_a_command_that_must_succeed_is_part_of_being_ready() -> None:
    runs = iter([Ran(1, "not yet"), Ran(0, "something else"), Ran(0, "all is well\n")])
    found = world(Server(), Life(answers=lambda _command: next(runs)))
    found.target = with_verify(found.target, ExecProbe(CHECK, contains="all is well"))
    found.wait()
    assert [event.detail for event in found.told if isinstance(event, ev.ServiceProgress)] == [
        "check exited with 1: not yet",
        "check did not print 'all is well': something else",
    ]
    assert next(runs, None) is None


def test_a_command_that_never_succeeds_is_named_when_time_is_up() -> None:
    found = world(Server(), answering({CHECK: Ran(2, "line one\n  line   two\n")}))
    found.target = with_verify(found.target, ExecProbe(CHECK))
    error = found.unready(5)
    assert error.evidence == ("last answer: check exited with 2: line one line two",)


def test_a_probe_of_a_port_that_is_not_published_says_so() -> None:
    for probe in (HttpProbe(port=8080), TcpProbe(port=8080)):
        error = world(Server(), verify=(probe,)).unready(1)
        assert error.evidence == ("last answer: port 8080 is not published",)


def test_what_the_profile_verifies_comes_after_the_kinds_own_probe() -> None:
    """A failing probe of the kind explains more than a failing check of the application."""
    found = world(Server(refusals=10**9), verify=(ExecProbe(CHECK),))
    assert "refusal" in found.unready(1).evidence[0]
    assert ("execute", NAME) not in found.engine.acts


def test_a_version_that_the_protocol_does_not_tell_is_asked_in_the_container() -> None:
    version = ("node", "--version")
    found = world(Server(answer=Answer()), answering({version: Ran(0, "v24.21.0\n")}))
    found.target = replace(found.target, kind=replace(found.target.kind, version_command=version))
    assert found.wait().version == "24.21.0"


def test_a_container_that_ends_while_it_is_asked_for_its_version_has_died() -> None:
    found = world(Server(answer=Answer()))

    def end(name: str, _command: tuple[str, ...]) -> Ran:
        found.engine.stop_container(name, 0)
        raise ObjectConflict("container 0 is not running", id="docker.object-in-use")

    found.engine.executes = end
    version = ("node", "--version")
    found.target = replace(found.target, kind=replace(found.target.kind, version_command=version))
    assert found.unready().id == "service.exited"


def test_a_log_that_cannot_be_read_does_not_hide_why_a_service_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreadable(_name: str, _lines: int) -> tuple[str, ...]:
        raise StepFailed("configured logging driver does not support reading", id="unknown")

    found = world(Server(), dies(3))
    monkeypatch.setattr(found.engine, "logs", unreadable)
    error = found.unready()
    assert (error.id, error.logs) == ("service.exited", ())


@pytest.mark.parametrize("said", [Ran(1, "boom"), Ran(0, "")])
def test_a_version_that_nobody_tells_is_unknown(said: Ran) -> None:
    version = ("node", "--version")
    found = world(Server(answer=Answer()), answering({version: said}))
    found.target = replace(found.target, kind=replace(found.target.kind, version_command=version))
    assert found.wait().version == ""


def with_verify(target: Target, *verify: Verify) -> Target:
    return replace(target, service=replace(target.service, verify=verify))
