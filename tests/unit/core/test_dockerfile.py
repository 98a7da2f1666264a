"""Dockerfiles: which images they start from, and the same text upon other images."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.dockerfile import add_line, base_images, from_lines, rebased

USED = {"node:24.21.0": "envcheck.local/node:24.21.0"}


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("FROM node:24.21.0\n", ("node:24.21.0",)),
        ("from node:24.21.0 as build\n", ("node:24.21.0",)),
        ("  FROM   node:24.21.0  \n", ("node:24.21.0",)),
        ("FROM --platform=linux/amd64 node:24.21.0\n", ("node:24.21.0",)),
        ("FROM node:24.21.0", ("node:24.21.0",)),
        ("FROM node:24.21.0\r\nRUN true\r\n", ("node:24.21.0",)),
        ("FROM scratch\n", ()),
        ("FROM a:1 AS one\nFROM b:2\n", ("a:1", "b:2")),
        ("FROM a:1 AS one\nFROM a:1\n", ("a:1",)),
        ("FROM a:1 AS one\nFROM one\n", ("a:1",)),
        ("FROM a:1 AS One\nFROM oNE AS two\nFROM TWO\n", ("a:1",)),
        ("# FROM not:1\nFROM a:1\n", ("a:1",)),
        ("", ()),
        ("RUN true\n", ()),
    ],
)
def test_the_images_that_a_dockerfile_starts_from(text: str, images: tuple[str, ...]) -> None:
    assert base_images(text) == images


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("ARG V=24.21.0\nFROM node:$V\n", ("node:24.21.0",)),
        ("ARG V=24.21.0\nFROM node:${V}-slim\n", ("node:24.21.0-slim",)),
        ("arg V='24.21.0'\nFROM node:$V\n", ("node:24.21.0",)),
        ('ARG V="24.21.0"\nFROM node:$V\n', ("node:24.21.0",)),
        ("FROM node:${V:-24.21.0}\n", ("node:24.21.0",)),
        ("ARG V\nFROM node:${V:-24.21.0}\n", ("node:24.21.0",)),
        ("FROM node:${V-24.21.0}\n", ("node:24.21.0",)),
        ("ARG V=24.21.0\nFROM node:$V-slim\n", ("node:24.21.0-slim",)),
        ("ARG A=24\nARG V=$A.21.0\nFROM node:$V\n", ("node:24.21.0",)),
        ("ARG V=22.1.0\nFROM node:${V:-24.21.0}\n", ("node:22.1.0",)),
        ("ARG IMAGE=node\nARG V=24.21.0\nFROM $IMAGE:$V\n", ("node:24.21.0",)),
        ("ARG IMAGE=node V=24.21.0\nFROM $IMAGE:$V\n", ("node:24.21.0",)),
        ("ARG FULL=node:24.21.0\nFROM ${FULL} AS build\nFROM build\n", ("node:24.21.0",)),
        ("ARG V=1.0\nFROM a:1\nARG V=2.0\nFROM b:$V\n", ("a:1", "b:1.0")),
    ],
)
def test_arguments_before_the_first_stage_count(text: str, images: tuple[str, ...]) -> None:
    assert base_images(text) == images


@pytest.mark.parametrize(
    "text",
    [
        'FROM a:1\nRUN psql -c "SELECT id \\\n  FROM users"\n',
        "FROM a:1\nRUN echo one \\\n# a comment in between\nFROM two\n",
        "FROM a:1\nRUN echo one \\\n\nFROM two\n",
        "FROM a:1\nCMD echo \\\r\nFROM two\r\n",
    ],
)
def test_a_line_that_goes_on_with_the_one_before_starts_no_stage(text: str) -> None:
    """Such as SQL in a RUN."""
    assert base_images(text) == ("a:1",)
    assert rebased(text, {}, {}) == text


def test_a_line_that_only_looks_as_if_it_went_on_starts_a_stage() -> None:
    assert base_images("FROM a:1\n# a path: C:\\\nFROM b:2\n") == ("a:1", "b:2")


def test_each_from_line_is_told_with_its_place_and_parts() -> None:
    (start,) = from_lines("ARG V=1\n\nFROM --platform=linux/arm64 a:$V AS build\n")
    assert (start.first, start.last, start.stage) == (2, 2, "build")
    assert (start.written, start.image) == ("a:$V", "a:1")


def test_a_from_that_goes_on_on_the_next_line_is_one() -> None:
    text = "FROM --platform=linux/amd64 \\\n  node:24.21.0 \\\n  AS build\nFROM build\n"
    assert base_images(text) == ("node:24.21.0",)
    assert rebased(text, USED, {"k": "v"}) == (
        "FROM --platform=linux/amd64 \\\n  envcheck.local/node:24.21.0 \\\n  AS build\n"
        'LABEL k="v"\nFROM build\nLABEL k="v"\n'
    )


def test_another_image_takes_the_place_of_a_base() -> None:
    text = "# top\nFROM --platform=linux/amd64 node:24.21.0 AS build\nRUN true\nFROM build\nRUN b\n"
    assert rebased(text, USED, {}) == text.replace("node:24", "envcheck.local/node:24")


def test_a_base_that_an_argument_names_is_replaced_too() -> None:
    assert rebased("ARG V=24.21.0\nFROM node:$V\n", USED, {}) == (
        "ARG V=24.21.0\nFROM envcheck.local/node:24.21.0\n"
    )


def test_a_base_without_a_substitute_stays_as_it_is_written() -> None:
    text = "ARG V=22.1.0\nFROM node:$V\n"
    assert rebased(text, USED, {}) == text


def test_every_stage_gets_the_labels() -> None:
    assert rebased("FROM a:1 AS one\nRUN x\nFROM one\n", {}, {"k": "v", "other": "w"}) == (
        'FROM a:1 AS one\nLABEL k="v" other="w"\nRUN x\nFROM one\nLABEL k="v" other="w"\n'
    )


def test_a_label_keeps_what_a_dockerfile_would_take_for_its_own() -> None:
    assert rebased("FROM a:1\n", {}, {"k": 'a "b" $HOME \\ c'}) == (
        'FROM a:1\nLABEL k="a \\"b\\" \\$HOME \\\\ c"\n'
    )


# What stands beside FROM lines, with all that str.splitlines would take for a line's end.
others = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\\"), max_size=20)
rest = others.filter(lambda line: not line.strip().upper().startswith("FROM"))


@given(st.lists(rest, max_size=5), st.lists(rest, max_size=5), st.sampled_from(["", "\n"]))
def test_everything_else_stays_byte_for_byte(before: list[str], after: list[str], end: str) -> None:
    text = "\n".join([*before, "FROM node:24.21.0", *after]) + end
    wanted = "\n".join([*before, "FROM envcheck.local/node:24.21.0", *after]) + end
    assert rebased(text, USED, {}) == wanted


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    assert isinstance(base_images(text), tuple)
    assert rebased(text, {}, {}).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM a\nADD http://x /\n", 2),
        ("FROM a\n\n  add\thttp://x /\n", 3),
        ("FROM a\nONBUILD ADD x /\n", 2),
        ("FROM a\nA\\\nDD x /\n", 2),
        ("FROM a\nAD\\ \n\n# comment\nD x /\n", 2),
        ("# escape=`\nFROM a\nA`\nDD x /\n", 3),
        ("# escape=`\nFROM a\nRUN true \\\nADD x /\n", 4),
        ("FROM a\nADD\\\n x /\n", 2),
        ("FROM a\n# ADD x /\nRUN echo ADD x\nCOPY ADD /\nADDED x\n", None),
    ],
)
def test_an_add_is_found_however_it_is_written(text: str, line: int | None) -> None:
    assert add_line(text) == line
