"""check as a whole on the fake engine: every question, in order, and nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import pytest

from envcheck.app import check as app_check
from envcheck.app.checking import running
from envcheck.app.checking.survival import NO_TRACE
from envcheck.app.session import Session
from envcheck.core import events as ev
from envcheck.core.decide import needs_work
from envcheck.core.errors import StepFailed, UsageError
from envcheck.core.report import fold
from envcheck.core.spec import Label
from envcheck.doctor.facts import EngineFacts, Facts
from envcheck.images.recipes import shipped
from envcheck.run.ports import Ran
from envcheck.services.catalogue import KINDS
from envcheck.services.kind import Access, Answer, Kind, Marker, NotReady, Question
from tests.unit.worlds import SHOP, World, owner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.core.spec import Owner
    from envcheck.engine.client import DockerEngine

DATABASE = ("image", "credentials", "database", "writable", "variable", "network")
FARES = ("restarts", "volumes")


def reach_all(_image: str, words: tuple[str, ...]) -> Ran:
    """Whoever is called answers."""
    places = words[4:]
    lines = (f"{name} {port} 0" for name, port in zip(places[::2], places[1::2], strict=True))
    return Ran(0, "\n".join(lines))


@dataclass
class Table:
    """The shop is up on a fake engine; its services answer as the test wants."""

    folder: Path
    text: str = SHOP
    world: World = field(default_factory=World)
    events: list[ev.Event] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    deep: bool = False
    owner: Owner = field(default_factory=owner)

    def __post_init__(self) -> None:
        (self.folder / "shop.yaml").write_text(self.text)
        self.session = Session(
            emit=self.events.append, environ={"XDG_STATE_HOME": str(self.folder)}
        )
        self.session._engine = cast("DockerEngine", self.world.engine)  # noqa: SLF001
        self.session._facts = Facts(engine=EngineFacts(version="1"))  # noqa: SLF001
        self.world.up(self.text)
        self.world.engine.calls = reach_all

    def kinds(self) -> dict[str, Kind]:
        """The catalogue, with servers that are only played."""
        return {name: self._played(kind) for name, kind in KINDS.items()}

    def _played(self, kind: Kind) -> Kind:
        def asked(question: Question) -> Question:
            return replace(question, ask=lambda _access: self._answer(question.id))

        def probe(access: Access) -> Answer:
            self._answer(f"ready at {access.port}")
            return Answer()

        return replace(
            kind,
            probe=probe if kind.probe else None,
            version_command=(),
            questions=tuple(map(asked, kind.questions)),
            dial=(lambda url, _seconds: self._answer(url)) if kind.dial else None,
            marker=Marker(self._write, self._read, self._remove) if kind.marker else None,
        )

    def _answer(self, what: str) -> str:
        if what in self.refusals:
            raise NotReady(self.refusals[what])
        return f"said of {what}"

    def _write(self, access: Access, word: str) -> None:
        self.words[str(access.port)] = word

    def _read(self, access: Access, _word: str) -> str:
        return self.words.get(str(access.port), "")

    def _remove(self, access: Access, _word: str) -> None:
        self.words.pop(str(access.port), None)

    def check(self) -> dict[str, ev.Result]:
        """Check; the verdicts by id, in the order in which they stand in the report."""
        path = str(self.folder / "shop.yaml")
        app_check.check(self.session, path, lambda: fold(self.events).results, deep=self.deep)
        return {result.id: result for result in fold(self.events).results}


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """The shop, up."""
    found = Table(tmp_path)
    monkeypatch.setattr(running, "KINDS", found.kinds())
    monkeypatch.setattr(app_check, "owner_of", lambda _session, _profile: found.owner)
    yield found
    found.session.close()


def questions(found: dict[str, ev.Result], service: str) -> list[str]:
    """The questions that were answered about a service, in order; its readiness came before."""
    parts = [id.split(".") for id in found if id.startswith("service.")]
    return [question for _, name, question in parts if name == service and question != "ready"]


def test_every_question_is_answered_service_by_service_in_the_same_order(table: Table) -> None:
    found = table.check()
    assert questions(found, "db") == [*DATABASE, *FARES]
    assert questions(found, "cache") == [*DATABASE, *FARES]
    assert questions(found, "web") == ["image", "variable", "network", "restarts"]
    after = [id.split(".")[1] for id in found if not id.endswith(".ready")]
    assert list(dict.fromkeys(after)) == ["db", "cache", "web"]
    # Which Node this machine has is no matter of the shop.
    assert {result.status for id, result in found.items() if id != "node.web"} == {"pass"}
    assert fold(table.events).exit_code == 0


def test_nothing_is_changed(table: Table) -> None:
    engine = table.world.engine
    before = (engine.observe(), len(engine.acts))
    states = [engine.inspect_container(c.id) for c in engine.observe().containers]
    table.check()
    assert engine.observe() == before[0]
    assert [engine.inspect_container(c.id) for c in engine.observe().containers] == states
    assert engine.acts[before[1] :] == [("run_on_network", engine.acts[-1][1])]
    assert fold(table.events).changes == ()


def test_what_env_prints_is_what_is_dialled(table: Table) -> None:
    url = "postgresql://postgres:secret-of-db@127.0.0.1:5432/postgres"
    table.refusals[url] = "connection refused"
    found = table.check()["service.db.variable"]
    assert (found.status, found.fault) == ("fail", "service.variable-does-not-connect")
    assert found.summary == "DATABASE_URL does not connect: connection refused"
    assert found.evidence == ("DATABASE_URL=postgresql://postgres:•••@127.0.0.1:5432/postgres",)


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ("credentials", "service.credentials-refused"),
        ("database", "service.database-missing"),
        ("writable", "service.not-writable"),
    ],
)
def test_an_answer_that_is_bad_fails_with_what_was_heard(
    table: Table, question: str, fault: str
) -> None:
    table.refusals[question] = "it said no"
    found = table.check()
    verdict = found[f"service.db.{question}"]
    assert (verdict.status, verdict.summary, verdict.fault) == ("fail", "it said no", fault)
    assert verdict.fix is not None
    assert found["service.db.variable"].status == "pass"
    assert fold(table.events).exit_code == 1


def test_what_does_not_run_is_asked_only_what_its_engine_knows(table: Table) -> None:
    table.world.engine.stop_container("shop-db", 0)
    found = table.check()
    assert found["service.db.ready"].status == "fail"
    assert {id.split(".")[2]: r.status for id, r in found.items() if ".db." in id} == {
        "ready": "fail",
        "image": "pass",
        "restarts": "pass",
        "volumes": "pass",
    }
    assert found["service.cache.network"].status == "pass"


def test_what_runs_and_does_not_answer_is_not_asked_the_rest(table: Table) -> None:
    table.refusals["ready at 6379"] = "LOADING"
    file = table.folder / "shop.yaml"
    file.write_text(file.read_text().replace("'redis:8.0.2'}", "'redis:8.0.2', timeout: 0.2}"))
    found = table.check()
    assert found["service.cache.ready"].fault == "service.timeout"
    assert found["service.cache.writable"].summary == "skipped: it rests on cache ready"
    assert found["service.cache.variable"].status == "skip"
    assert found["service.cache.network"].status == "pass"


def test_an_image_whose_tag_has_moved_is_told_with_the_way_out(table: Table) -> None:
    engine = table.world.engine
    for image in engine.store.images.values():
        image.tags = [tag for tag in image.tags if tag != "redis:8.0.2"]
    engine.add_image("redis:8.0.2")
    verdict = table.check()["service.cache.image"]
    assert (verdict.status, verdict.fault) == ("fail", "service.other-image")
    assert verdict.fix is not None
    assert verdict.fix.commands == ("envcheck up shop",)


def test_an_image_whose_name_is_gone_cannot_be_compared(table: Table) -> None:
    for image in table.world.engine.store.images.values():
        image.tags = [tag for tag in image.tags if tag != "redis:8.0.2"]
    assert table.check()["service.cache.image"].fault == "service.image-gone"


def test_a_pin_that_was_changed_since_is_told_though_its_image_is_not_here(table: Table) -> None:
    file = table.folder / "shop.yaml"
    file.write_text(file.read_text().replace("redis:8.0.2", "redis:8.0.3"))
    verdict = table.check()["service.cache.image"]
    assert (verdict.status, verdict.fault) == ("fail", "service.other-image")
    assert verdict.summary == "runs redis:8.0.2, and the profile pins redis:8.0.3"


def test_one_container_calls_for_all_services(table: Table) -> None:
    table.world.engine.calls = lambda _image, words: Ran(
        0, f"db 5432 0\ncache 6379 1 nc: bad address 'cache'\nargs {len(words)} 0"
    )
    found = table.check()
    assert found["service.db.network"].status == "pass"
    assert found["service.cache.network"].fault == "service.name-unresolved"
    assert found["service.web.network"].fault == "service.unreachable-inside"
    calls = [act for act in table.world.engine.acts if act[0] == "run_on_network"]
    assert len(calls) == 1


def test_the_doctors_busybox_calls_where_it_is_here(table: Table) -> None:
    recipe = shipped().by_image["busybox"]
    labels = {Label.RECIPE: "busybox:1.37.0", Label.FINGERPRINT: recipe.fingerprint}
    table.world.engine.add_image("envcheck.local/busybox:1.37.0", labels=labels)
    table.check()
    assert ("run_on_network", "envcheck.local/busybox:1.37.0") in table.world.engine.acts


def test_where_no_image_can_call_the_question_is_skipped_with_the_reason(table: Table) -> None:
    def no_tools(image: str, _words: tuple[str, ...]) -> Ran:
        if image == table.world.engine.inspect_container("shop-db").image_id:
            raise StepFailed("no shell", id="service.command-not-found")
        return Ran(0, "db 5432 127 timeout: not found")

    table.world.engine.calls = no_tools
    verdict = table.check()["service.db.network"]
    assert verdict.status == "skip"
    assert "`envcheck doctor shop` gets busybox" in verdict.summary
    calls = [act for act in table.world.engine.acts if act[0] == "run_on_network"]
    assert len(calls) == 3


def test_an_engine_that_cannot_run_the_caller_is_told_for_each(table: Table) -> None:
    def broken(_image: str, _words: tuple[str, ...]) -> Ran:
        raise StepFailed("no room", id="machine.disk-full")

    table.world.engine.calls = broken
    found = table.check()
    assert found["service.db.network"].fault == "machine.disk-full"
    assert found["service.web.network"].fault == "machine.disk-full"


def test_a_service_without_a_container_is_told_and_the_others_are_asked(table: Table) -> None:
    table.world.engine.remove_container("shop-cache")
    found = table.check()
    assert found["service.cache.ready"].fault == "service.missing"
    assert questions(found, "cache") == []
    assert questions(found, "db") == [*DATABASE, *FARES]


def test_where_nothing_of_the_instance_is_here_there_is_nothing_to_check(table: Table) -> None:
    for name in ("shop-db", "shop-cache", "shop-web"):
        table.world.engine.remove_container(name)
    with pytest.raises(UsageError) as caught:
        table.check()
    assert caught.value.id == "instance.not-up"


def test_deep_proves_each_service_that_keeps_data_and_leaves_no_trace(table: Table) -> None:
    table.deep = True
    engine = table.world.engine
    before = {c.name: c.id for c in engine.observe().containers}
    found = table.check()
    proofs = {id: r.status for id, r in found.items() if id.endswith((".survives", ".recovers"))}
    assert proofs == {
        "service.db.survives": "pass",
        "service.cache.survives": "pass",
        "service.web.survives": "skip",
        "service.web.recovers": "pass",
    }
    assert found["service.web.survives"].summary == "Node keeps no data"
    after = {c.name: c.id for c in engine.observe().containers}
    assert after.keys() == before.keys()
    assert after["shop-web"] == before["shop-web"]
    assert after["shop-db"] != before["shop-db"]
    assert table.words == {}
    assert ev.Note(NO_TRACE) in table.events
    assert {(c.action, c.name) for c in fold(table.events).changes} == {
        ("recreated", "shop-db"),
        ("recreated", "shop-cache"),
    }
    assert not needs_work(table.world.plan())


def test_deep_touches_nothing_that_the_profile_has_changed_since(table: Table) -> None:
    table.deep = True
    file = table.folder / "shop.yaml"
    file.write_text(file.read_text().replace("secret-of-db", "another"))
    before = table.world.engine.inspect_container("shop-db")
    verdict = table.check()["service.db.survives"]
    assert verdict.status == "skip"
    assert "environment changed since it was made: `envcheck up shop`" in verdict.summary
    assert table.world.engine.inspect_container("shop-db") == before


def test_nothing_is_asked_of_another_checkout(table: Table) -> None:
    table.deep = True
    table.owner = replace(table.owner, root="/home/anna/another")
    before = table.world.engine.inspect_container("shop-db")
    with pytest.raises(UsageError) as caught:
        table.check()
    assert caught.value.id == "instance.elsewhere"
    assert "belongs to the profile in /home/anna/shop" in caught.value.what
    assert table.world.engine.inspect_container("shop-db") == before


def test_deep_touches_nothing_where_an_earlier_proof_was_killed(table: Table) -> None:
    """Its container may be the one with the data; that is for a person to see."""
    table.deep = True
    engine = table.world.engine
    spec = engine.store.container("shop-db").spec
    engine.stop_container("shop-db", 0)
    engine.rename_container("shop-db", "shop-db-before")
    engine.create_container(spec)
    engine.start_container("shop-db")
    verdict = table.check()["service.db.survives"]
    assert verdict.status == "skip"
    assert "has left shop-db-before" in verdict.summary
    assert engine.inspect_container("shop-db-before").status == "exited"


def test_deep_touches_nothing_where_another_has_the_name_that_it_needs(table: Table) -> None:
    table.deep = True
    engine = table.world.engine
    spec = replace(engine.store.container("shop-db").spec, name="shop-db-before", labels={})
    engine.create_container(spec)
    before = engine.inspect_container("shop-db")
    verdict = table.check()["service.db.survives"]
    assert verdict.status == "skip"
    assert "called shop-db-before meanwhile" in verdict.summary
    assert engine.inspect_container("shop-db") == before
    assert engine.inspect_container("shop-db-before").status == "created"


def test_deep_touches_nothing_that_does_not_answer(table: Table) -> None:
    table.deep = True
    table.world.engine.stop_container("shop-db", 0)
    found = table.check()
    assert found["service.db.survives"].summary == "skipped: it rests on db ready"
    assert not table.world.engine.inspect_container("shop-db").alive
