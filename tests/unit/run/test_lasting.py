"""Ready means that it lasts: what dies, or is started anew, right after its answer is not ready."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envcheck.core import events as ev
from envcheck.run.ports import Happening
from envcheck.run.readiness import MOST_RESTARTS
from envcheck.services.kind import Access, Answer, NotReady
from tests.fake.life import Life, dies
from tests.unit.run.test_readiness import NAME, Server, World, world


def fresh(server: Server, life: Life | None = None, *, stable_for: float = 0.3) -> World:
    """A service that this run has started."""
    found = world(server, life or Life())
    service = replace(found.target.service, stable_for=stable_for)
    found.target = replace(found.target, service=service)
    found.settled = False
    return found


def restart(found: World) -> None:
    """What an engine does when a policy tells it to start a container again."""
    container = found.engine.store.container(NAME)
    container.restarts += 1
    container.started = found.clock.now()
    found.engine.hears[-1](Happening(NAME, "die"))
    found.engine.hears[-1](Happening(NAME, "start"))


@pytest.mark.parametrize("seconds", [0.3, 2.0])
def test_it_is_ready_when_it_answered_and_lived_on_and_answers_still(seconds: float) -> None:
    server = Server()
    found = fresh(server, stable_for=seconds)
    begun = found.clock.now()
    ready = found.wait()
    assert found.clock.now() - begun == pytest.approx(seconds)
    assert ready.seconds == 0.0, "it counts to the first answer"
    assert len(server.asked) == 2


def test_whoever_does_not_want_that_has_the_first_answer() -> None:
    server = Server()
    found = fresh(server, stable_for=0)
    found.wait()
    assert found.clock.waits == []
    assert len(server.asked) == 1


def test_what_dies_after_its_first_answer_is_not_ready() -> None:
    found = fresh(Server(), dies(3, "no more", after=0.2))
    error = found.unready()
    assert error.id == "service.exited"
    assert error.what == "it answered once, and then exited with code 3"
    assert error.logs == ("no more",)


def test_what_was_ready_long_ago_is_not_watched_again() -> None:
    found = fresh(Server(), dies(3, after=0.2))
    found.settled = True
    assert found.wait().seconds == 0.0


def test_what_the_engine_restarted_before_is_watched_again() -> None:
    found = fresh(Server(), dies(3, after=0.2))
    found.settled = True
    found.engine.store.container(NAME).restarts = 1
    assert found.unready().id == "service.exited"


def test_what_is_started_anew_after_its_answer_begins_anew() -> None:
    found = fresh(Server())
    begun = found.clock.now()

    def once() -> None:
        if not found.engine.store.container(NAME).restarts:
            restart(found)

    found.clock.at_each_wait = once
    found.wait()
    heard = [event.detail for event in found.told if isinstance(event, ev.ServiceProgress)]
    assert heard == ["it answered once, ended, and was started again"]
    assert found.clock.now() - begun >= 2 * 0.3


def test_what_is_started_again_and_again_is_given_up() -> None:
    """Long before its time is up."""
    found = fresh(Server(refusals=10**9))
    found.clock.at_each_wait = lambda: restart(found)
    begun = found.clock.now()
    error = found.unready(60)
    assert error.id == "service.crash-loop"
    assert error.what == f"it ends again and again, {MOST_RESTARTS} restarts so far"
    assert found.clock.now() - begun < 1


def test_what_waits_to_be_started_again_may_still_become_ready() -> None:
    found = fresh(Server())
    container = found.engine.store.container(NAME)
    container.status, container.exit_code, container.restarts = "restarting", 1, 1

    def recover() -> None:
        container.status = "running"

    found.clock.at_each_wait = recover
    found.wait()
    heard = [event.detail for event in found.told if isinstance(event, ev.ServiceProgress)]
    assert heard[0] == "it ended with code 1, and is started again"


def test_what_answers_once_and_not_again_is_asked_further() -> None:
    class Moody(Server):
        def __call__(self, access: Access) -> Answer:
            answer = super().__call__(access)
            if len(self.asked) == 2:
                raise NotReady("GET / answered 500, expected 200")
            return answer

    server = Moody()
    found = fresh(server)
    found.wait()
    heard = [event.detail for event in found.told if isinstance(event, ev.ServiceProgress)]
    assert heard == ["it answered once, and 0.3 s later: GET / answered 500, expected 200"]
    assert len(server.asked) == 4


def test_a_container_is_not_looked_at_again_while_nothing_happens_to_it() -> None:
    """Each look is a question to the engine, and a question costs as much as a probe."""
    found = fresh(Server(refusals=20), stable_for=0)
    looks = 0
    inspect = found.engine.inspect_container

    def counted(name: str) -> object:
        nonlocal looks
        looks += 1
        return inspect(name)

    found.engine.inspect_container = counted  # type: ignore[method-assign,assignment]
    found.wait()
    assert looks == 1
