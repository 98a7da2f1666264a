"""Databases for tests: dropped while work goes on, and named by one process at a time."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Event
from typing import TYPE_CHECKING

import pytest

from envcheck.app.scratch import Databases, Server, databases
from envcheck.app.state import claimed
from envcheck.core.errors import EnvcheckError, StepFailed, UsageError
from envcheck.host.locks import Held
from envcheck.services.kind import Access, NotReady
from envcheck.services.scratch import Database

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.engine.client import DockerEngine


class Scratch:
    """Makes names, and drops them when it may."""

    def __init__(self, *, slow: bool) -> None:
        self.slow = slow
        self.may_drop = Event()
        self.there: list[str] = []

    def make(self) -> Database:
        """The next one, up to three."""
        if len(self.there) == 3:
            raise NotReady("no more")
        self.there.append(f"n{len(self.there)}")
        return Database(self.there[-1], "url")

    def drop(self, name: str) -> None:
        """Drop it, when that may be."""
        assert self.may_drop.wait(60)
        self.there.remove(name)
        raise NotReady("what a drop says is nobody's trouble")


def failed(error: NotReady) -> EnvcheckError:
    return StepFailed(str(error), id="x")


def test_who_leaves_a_database_does_not_wait_until_it_is_dropped() -> None:
    scratch = Scratch(slow=True)
    found = Databases(scratch, failed)
    with found.one() as first:
        assert scratch.there == [first.name]
    assert scratch.there == [first.name]
    scratch.may_drop.set()
    found.settle()
    assert scratch.there == []


def test_from_the_second_on_the_next_one_is_made_ahead() -> None:
    scratch = Scratch(slow=True)
    scratch.may_drop.set()
    found = Databases(scratch, failed)
    with found.one():
        assert found._spare is None  # noqa: SLF001 - where one is enough no other is made
    with found.one():
        assert found._spare is not None  # noqa: SLF001
        ahead = found._spare.result()  # noqa: SLF001
    with found.one() as third:
        assert third == ahead
    found.settle()


def test_what_is_only_emptied_is_free_again_at_once() -> None:
    scratch = Scratch(slow=False)
    scratch.may_drop.set()
    with Databases(scratch, failed).one():
        assert scratch.there == ["n0"]
    assert scratch.there == []


def test_what_the_service_says_is_the_error() -> None:
    scratch = Scratch(slow=False)
    scratch.may_drop.set()
    found = Databases(scratch, failed)
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(found.one())
        with pytest.raises(StepFailed, match="no more"):
            stack.enter_context(found.one())


def test_a_name_is_one_ones_at_a_time(tmp_path: Path) -> None:
    with claimed(tmp_path, "database-a/b"):
        with pytest.raises(Held), claimed(tmp_path, "database-a/b"):
            pass
        with claimed(tmp_path, "database-a/c"):
            pass
    with claimed(tmp_path, "database-a/b"):
        pass


def test_a_kind_that_has_no_such_thing_says_who_has(tmp_path: Path) -> None:
    engine: DockerEngine = None  # type: ignore[assignment] # it is not asked
    server = Server("web", "nginx", "x", "x-web", Access("127.0.0.1", 1), engine, tmp_path)
    with (
        pytest.raises(UsageError, match=r"web is of kind nginx.* postgres and redis only"),
        databases(server),
    ):
        pass
