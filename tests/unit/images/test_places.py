"""Who is asked for an image, in which order, and whose answer is taken."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from envcheck.core.errors import ObjectMissing, RegistryUnreachable, StepFailed
from envcheck.core.mirrors import parse_variable
from envcheck.core.reference import Reference, parse_reference
from envcheck.images.places import Places
from envcheck.run.ports import SystemClock

DIGEST, OTHER = (f"sha256:{letter * 64}" for letter in "ab")
PIN = parse_reference("acme/tool:1.0")
LOCKED = Reference("acme/tool", "1.0", DIGEST)


@dataclass
class _Engine:
    """Answers with these digests by name; where there is none, with this error."""

    answers: dict[str, str]
    error: StepFailed = field(
        default_factory=lambda: ObjectMissing("no such image", id="registry.unknown-image")
    )
    asked: list[str] = field(default_factory=list)

    def registry_digest(self, reference: Reference) -> str:
        self.asked.append(str(reference))
        if str(reference) in self.answers:
            return self.answers[str(reference)]
        raise self.error


def places(engine: _Engine, mirrors: str, told: list[str]) -> Places:
    def stand_in(pin: Reference) -> bool:
        return pin.name == "postgres"

    return Places(engine, parse_variable(mirrors), SystemClock(), stand_in, told.append)


def test_mirrors_are_asked_in_their_order_and_the_first_that_has_it_is_taken() -> None:
    told: list[str] = []
    engine = _Engine({"b/x/acme/tool:1.0": DIGEST, "c/acme/tool:1.0": OTHER})
    asked = places(engine, "a.b, b/x, c", told)
    assert asked.registry_digest(PIN) == DIGEST
    assert engine.asked == ["a.b/acme/tool:1.0", "b/x/acme/tool:1.0"]
    assert str(asked.found[PIN]) == f"b/x/acme/tool@{DIGEST}"
    assert told == ["mirror a.b was passed over for acme/tool:1.0: no such image"]


def test_a_mirror_that_has_another_digest_than_the_locked_one_is_passed_over() -> None:
    told: list[str] = []
    engine = _Engine({"a/acme/tool:1.0": OTHER, str(LOCKED): DIGEST})
    asked = places(engine, "a", told)
    assert asked.registry_digest(LOCKED) == DIGEST
    assert asked.found == {}
    assert told == [
        f"mirror a was passed over for acme/tool:1.0@{DIGEST}: it has another digest: {OTHER}"
    ]


def test_a_mirror_that_gives_another_digest_than_it_was_asked_for_is_passed_over() -> None:
    told: list[str] = []
    engine = _Engine({f"a/acme/tool@{DIGEST}": OTHER, str(LOCKED): DIGEST})
    asked = places(engine, "a", told)
    assert asked.registry_digest(LOCKED) == DIGEST
    assert asked.found == {}
    assert "another digest" in told[0]


def test_where_no_mirror_has_it_the_registrys_own_answer_counts() -> None:
    engine = _Engine({}, RegistryUnreachable("nobody", id="registry.certificate"))
    with pytest.raises(RegistryUnreachable, match="nobody"):
        places(engine, "a b", []).registry_digest(PIN)
    assert engine.asked == ["a/acme/tool:1.0", "b/acme/tool:1.0", "acme/tool:1.0"]


def test_a_mirror_of_another_registry_is_not_asked() -> None:
    engine = _Engine({"acme/tool:1.0": DIGEST})
    asked = places(engine, "other.example=a", [])
    assert asked.registry_digest(PIN) == DIGEST
    assert asked.found == {}


def test_with_a_recipe_at_hand_no_answer_is_not_waited_for() -> None:
    engine = _Engine({}, RegistryUnreachable("nobody", id="registry.unreachable"))
    with pytest.raises(RegistryUnreachable):
        places(engine, "", []).registry_digest(parse_reference("postgres:17.11"))
    assert engine.asked == ["postgres:17.11"]
