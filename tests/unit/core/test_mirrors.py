"""Mirrors as users name them, and the places where an image may be."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcheck.core.errors import UsageError
from envcheck.core.mirrors import Mirror, Place, parse_file, parse_variable, places_of
from envcheck.core.reference import parse_reference
from tests.effort import few

DIGEST = f"sha256:{'ab' * 32}"
HUB = Place("docker.io", "library/postgres")


@pytest.mark.parametrize(
    ("text", "mirrors"),
    [
        ("", ()),
        ("mirror.example", (Mirror("docker.io", "mirror.example"),)),
        (
            "a:5000, b:5000/hub  c",
            (
                Mirror("docker.io", "a:5000"),
                Mirror("docker.io", "b:5000", "hub"),
                Mirror("docker.io", "c"),
            ),
        ),
        ("other.example=a:1/x/y", (Mirror("other.example", "a:1", "x/y"),)),
        ("index.docker.io=a", (Mirror("docker.io", "a"),)),
    ],
)
def test_the_variable(text: str, mirrors: tuple[Mirror, ...]) -> None:
    assert parse_variable(text) == mirrors


@pytest.mark.parametrize("text", ["http://a", "a=", "=a", "a/B", "a b=c/..", "-a", "a:port"])
def test_words_that_name_no_mirror(text: str) -> None:
    with pytest.raises(UsageError) as met:
        parse_variable(text)
    assert met.value.id == "mirrors.invalid"


def test_the_file() -> None:
    text = "docker.io: [mirror.example, 127.0.0.1:5000/hub]\nother.example: third.example\n"
    assert parse_file(text, "m.yaml") == (
        Mirror("docker.io", "mirror.example"),
        Mirror("docker.io", "127.0.0.1:5000", "hub"),
        Mirror("other.example", "third.example"),
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("docker.io: [a, http://b]", "m.yaml:1:16: 'http://b' has a scheme"),
        ("docker.io:\n  - a\n  - b: c\n", "m.yaml:3:5: the mirror of a registry is a text"),
        ("- a\n", "m.yaml:1:1: registries stand here"),
        ("docker.io: [a\n", "m.yaml:2:1: "),
        ("a: b\na: c\n", "m.yaml:2:1: "),
    ],
)
def test_a_file_that_is_wrong_says_where(text: str, place: str) -> None:
    with pytest.raises(UsageError) as met:
        parse_file(text, "m.yaml")
    assert met.value.what.startswith(place)


@settings(max_examples=few(15))
@given(st.text(max_size=40))
def test_no_text_brings_it_down(text: str) -> None:
    for read in (parse_variable, lambda words: parse_file(words, "m.yaml")):
        try:
            mirrors = read(text)
        except UsageError:
            continue
        assert all(mirror.host for mirror in mirrors)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("postgres:17.11", HUB),
        ("docker.io/postgres:17.11", HUB),
        ("docker.io/library/postgres:17.11", HUB),
        ("acme/tool:1", Place("docker.io", "acme/tool")),
        ("localhost/tool:1", Place("localhost", "tool")),
        ("127.0.0.1:5000/a/b:1", Place("127.0.0.1:5000", "a/b")),
        ("reg.example/a:1", Place("reg.example", "a")),
    ],
)
def test_an_images_own_registry_is_asked_last(text: str, place: Place) -> None:
    mirrors = (Mirror(place.host, "first"), Mirror(place.host, "second", "p"))
    first, second, own = places_of(parse_reference(text), (Mirror("x.example", "y"), *mirrors))
    assert own == place
    assert first == Place("first", place.repository, mirror=True)
    assert second == Place("second", f"p/{place.repository}", mirror=True)


def test_what_an_engine_calls_an_image_in_a_place() -> None:
    pin = parse_reference("postgres:17.11")
    mirror, own = places_of(pin, (Mirror("docker.io", "127.0.0.1:5000", "hub"),))
    assert str(own.image(pin)) == "postgres:17.11"
    assert str(mirror.image(pin)) == "127.0.0.1:5000/hub/library/postgres:17.11"
    assert str(mirror.image(pin, DIGEST)) == f"127.0.0.1:5000/hub/library/postgres@{DIGEST}"
