"""Variables in a profile mean what they mean in Compose."""

from __future__ import annotations

import pytest

from tests.unit.core.reading import problems, read, service, with_line, with_top

ENVIRON = {"SET": "value", "EMPTY": "", "PORT": "8080", "MONEY": "$SET"}


def filled(text: str) -> str:
    return service(with_line(f"environment: {{A: {text!r}}}"), ENVIRON).environment["A"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$SET", "value"),
        ("${SET}", "value"),
        ("a${SET}b$SET.c", "avaluebvalue.c"),
        ("${SET:-other}", "value"),
        ("${UNSET:-other}", "other"),
        ("${EMPTY:-other}", "other"),
        ("${EMPTY-other}", ""),
        ("${UNSET-other}", "other"),
        ("${UNSET:-}", ""),
        ("${SET:+other}", "other"),
        ("${EMPTY:+other}", ""),
        ("${EMPTY+other}", "other"),
        ("${UNSET+other}", ""),
        ("${SET:?message}", "value"),
        ("${EMPTY?message}", ""),
        ("${UNSET:-${EMPTY:-$SET}}", "value"),
        ("${UNSET:-a:b-c?d}", "a:b-c?d"),
        ("${SET:-${UNSET:?lazy}}", "value"),
        ("$$SET $${SET} $$$SET", "$SET ${SET} $value"),
        ("$", "$"),
        ("$1 $(pwd) 5$", "$1 $(pwd) 5$"),
        ("$MONEY", "$SET"),
    ],
)
def test_a_variable_as_in_compose(text: str, expected: str) -> None:
    assert filled(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${UNSET:?see the wiki}", "the variable UNSET is not set or is empty: see the wiki"),
        ("${UNSET?see the wiki}", "the variable UNSET is not set: see the wiki"),
        ("${EMPTY:?}", "the variable EMPTY is not set or is empty"),
    ],
)
def test_a_required_variable_is_missed_at_its_place(text: str, expected: str) -> None:
    name = "EMPTY" if "EMPTY" in text else "UNSET"
    assert problems(with_line(f"environment: {{A: '{text}'}}"), ENVIRON) == [
        f"p.yaml:5:22: {expected} (export {name}=…)"
    ]


@pytest.mark.parametrize("text", ["${}", "${A B}", "${1}", "${A/b/c}", "${A:}", "${ A}", "${A:=b}"])
def test_a_malformed_variable_is_refused(text: str) -> None:
    assert problems(with_line(f"environment: {{A: '{text}'}}"), ENVIRON) == [
        (
            "p.yaml:5:22: what stands in '${…}' is not a variable "
            "(such as ${NAME} or ${NAME:-default}; write $$ for a dollar sign)"
        )
    ]


@pytest.mark.parametrize("text", ["${", "${A", "a ${A:-${B}"])
def test_an_open_brace_is_refused(text: str) -> None:
    assert problems(with_line(f"environment: {{A: '{text}'}}"), ENVIRON) == [
        "p.yaml:5:22: a '${' is never closed (write $$ for a dollar sign)"
    ]


def test_deeply_nested_defaults_are_refused() -> None:
    text = "${A:-" * 5000 + "}" * 5000
    assert problems(with_line(f"environment: {{A: '{text}'}}")) == [
        "p.yaml:5:22: '${…}' is nested more than 8 levels deep"
    ]


def test_an_unset_variable_is_empty_and_a_warning() -> None:
    profile = read(with_line("environment: {A: 'x${UNSET}y$UNSET', B: '${UNSET:-$OTHER}'}"))
    assert profile.services["s"].environment == {"A": "xy", "B": ""}
    assert profile.warnings == (
        "services.s.environment.A: the variable UNSET is not set, so it stands for an empty text",
        "services.s.environment.B: the variable OTHER is not set, so it stands for an empty text",
    )


def test_variables_stand_in_any_value_and_in_no_key() -> None:
    found = service(with_line("ports: ['$PORT', \"${PORT}:81\"]"), ENVIRON)
    assert [port.host for port in found.ports or ()] == [8080, 8080]
    assert service(with_line("timeout: ${PORT}"), ENVIRON).timeout == 8080
    assert service(with_line("environment: {$SET: 1}"), ENVIRON).environment == {"$SET": "1"}
    assert read(with_top("description: $SET"), ENVIRON).description == "value"


def test_a_wrong_variable_hides_no_other_problem_and_brings_none() -> None:
    text = "name: ${\nservices:\n  s:\n    image: ${X:?}\n    ports: [0]\n"
    assert problems(text) == [
        "p.yaml:1:7: a '${' is never closed (write $$ for a dollar sign)",
        "p.yaml:4:12: the variable X is not set or is empty (export X=…)",
        "p.yaml:5:13: '0' is not a port (a whole number from 1 to 65535)",
    ]


def test_a_variable_that_is_no_text_is_refused() -> None:
    assert problems(with_line("environment: {A: $RAW}"), {"RAW": "\udcff"}) == [
        "p.yaml:5:22: the variable RAW holds bytes that are no text"
    ]
    assert problems(with_line("environment: {RAW: }"), {"RAW": "\udcff"}) == [
        "p.yaml:5:19: the variable RAW holds bytes that are no text"
    ]


def test_a_variable_without_a_value_is_the_callers_own() -> None:
    as_mapping = with_line("environment: {SET: , UNSET: ~, EMPTY: null, A: 1}")
    as_list = with_line("environment: [SET, UNSET, EMPTY, A=1]")
    expected = {"SET": "value", "EMPTY": "", "A": "1"}
    assert service(as_mapping, ENVIRON).environment == expected
    assert service(as_list, ENVIRON).environment == expected


def test_no_problem_shows_a_secret() -> None:
    secret = "hunter2"
    text = with_line(
        "environment: {A: '${PW:-hunter2', B: ['hunter2'], 'C D': hunter2}\n"
        '    command: "run \'hunter2"\n'
        '    verify: [{exec: {command: "x \'hunter2"}}]'
    )
    assert len(problems(text)) == 3
    assert not [line for line in problems(text) if secret in line]
    assert secret not in repr(read(with_line("environment: {A: hunter2}\n    command: a hunter2")))
