"""Image references: read, written again, and what they pin."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.reference import Reference, parse_reference

DIGEST = f"sha256:{'0a' * 32}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("postgres", ("postgres", "", "")),
        ("postgres:17.11", ("postgres", "17.11", "")),
        ("library/postgres:17", ("library/postgres", "17", "")),
        ("docker.io/library/postgres:17", ("docker.io/library/postgres", "17", "")),
        ("ghcr.io/some-org/some_app/x:v1.2", ("ghcr.io/some-org/some_app/x", "v1.2", "")),
        ("localhost:5000/a/b:1", ("localhost:5000/a/b", "1", "")),
        ("127.0.0.1:5000/a", ("127.0.0.1:5000/a", "", "")),
        (f"postgres@{DIGEST}", ("postgres", "", DIGEST)),
        (f"postgres:17.11@{DIGEST}", ("postgres", "17.11", DIGEST)),
        ("a:_odd.TAG-1", ("a", "_odd.TAG-1", "")),
    ],
)
def test_a_reference_is_read_and_written_again(text: str, parts: tuple[str, str, str]) -> None:
    found = parse_reference(text)
    assert (found.name, found.tag, found.digest) == parts
    assert str(found) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":17",
        "Postgres:17",
        "postgres:",
        "postgres:17 ",
        " postgres",
        "postgres:17\n",
        "post gres",
        "postgres:-1",
        "postgres@sha256:short",
        f"postgres@sha512:{'0' * 128}",
        "postgres::17",
        "a//b?",
        "a:" + "x" * 129,
        "-a",
        "a-",
    ],
)
def test_what_is_no_reference_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an image reference such as postgres:17\.11"):
        parse_reference(text)


@pytest.mark.parametrize(
    ("text", "pinned", "floating"),
    [
        ("postgres", False, False),
        ("postgres:latest", False, False),
        ("postgres:17", True, True),
        ("postgres:alpine", True, True),
        ("postgres:17.11", True, False),
        ("postgres:17.11-bookworm", True, False),
        ("postgres:v1.2", True, False),
        (f"postgres@{DIGEST}", True, False),
        (f"postgres:latest@{DIGEST}", True, False),
        (f"postgres:17@{DIGEST}", True, False),
    ],
)
def test_what_pins_and_what_moves(text: str, *, pinned: bool, floating: bool) -> None:
    assert parse_reference(text).pinned is pinned
    assert parse_reference(text).floating is floating


@pytest.mark.parametrize(
    ("text", "official", "base", "version", "twin"),
    [
        ("postgres:17.11", "postgres", "postgres", "17.11", "envcheck.local/postgres:17.11"),
        ("library/postgres:17", "postgres", "postgres", "17", "envcheck.local/postgres:17"),
        (
            "docker.io/library/redis:8.0.2-alpine",
            "redis",
            "redis",
            "8.0.2",
            "envcheck.local/redis:8.0.2",
        ),
        ("docker.io/some/app:v2.1", "some/app", "app", "2.1", "envcheck.local/some/app:2.1"),
        (
            "ghcr.io/some/app:edge",
            "ghcr.io/some/app",
            "app",
            "",
            "envcheck.local/ghcr.io/some/app:edge",
        ),
        (
            "Registry:5000/app:edge",
            "Registry:5000/app",
            "app",
            "",
            "envcheck.local/registry-5000/app:edge",
        ),
        ("hello-world:linux", "hello-world", "hello-world", "", "envcheck.local/hello-world:linux"),
    ],
)
def test_what_an_image_is_called(
    text: str, official: str, base: str, version: str, twin: str
) -> None:
    found = parse_reference(text)
    assert (found.official, found.base, found.version) == (official, base, version)
    assert str(found.local_twin) == twin


components = st.from_regex(r"[a-z0-9]{1,4}([._-][a-z0-9]{1,3})?", fullmatch=True)
names = st.lists(components, min_size=1, max_size=3).map("/".join)
hosts = st.sampled_from(["", "docker.io/", "localhost:5000/", "ghcr.io/", "127.0.0.1:80/"])
tags = st.just("") | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}", fullmatch=True)


@given(hosts, names, tags, st.sampled_from(["", DIGEST]))
def test_every_reference_comes_back(host: str, name: str, tag: str, digest: str) -> None:
    reference = Reference(host + name, tag, digest)
    assert parse_reference(str(reference)) == reference


@given(st.text().filter(lambda text: not re.fullmatch(r"[\w./:@-]+", text)))
def test_a_text_with_any_other_character_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an image reference"):
        parse_reference(text)
