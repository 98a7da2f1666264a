"""What is wrong with a file as YAML is told at its place and in plain words."""

from __future__ import annotations

import pytest

from tests.unit.core.reading import problems, read, service, with_line, with_top

NEEDS = "(it needs at least 'name' and 'services')"


@pytest.mark.parametrize("text", ["", "\n", "# a comment\n", "---\n", "~"])
def test_an_empty_file_is_told_as_such(text: str) -> None:
    (problem,) = problems(text)
    assert problem.endswith(f": the file is empty {NEEDS}")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("- a\n", "a list"),
        ("hello\n", "text"),
        ("5\n", "the number 5"),
        ("true\n", "the truth value true"),
    ],
)
def test_a_profile_is_a_mapping(text: str, what: str) -> None:
    assert problems(text) == [f"p.yaml:1:1: a profile is a mapping, not {what} {NEEDS}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: app\n\tx: 1\n", "2:1: a tab stands where YAML wants spaces (indent with spaces)"),
        (
            "name: @app\n",
            (
                "1:7: this character cannot start a value "
                "(put the value in quotes, or check the indentation)"
            ),
        ),
        (
            "name: app: b\n",
            "1:10: a ':' stands where none can (put the value in quotes, or check the indentation)",
        ),
        (
            "tools:\n  git: >=2.30\n",
            "2:9: a '>' or '|' starts a block of text here (put it in quotes)",
        ),
        ("name: app\nservices\nx: 1\n", "2:1: a ':' is missing after this key"),
        ('name: "app\n', "1:7: this quote is never closed"),
        ("name: [a, b\nx: 1\n", "2:2: a ',' or ']' is missing here (the '[' on line 1 is open)"),
        ("name: {a: 1\nx: 1\n", "2:2: a ',' or '}' is missing here (the '{' on line 1 is open)"),
        ('name: "\\q"\n', "1:9: no such escape after a '\\' (use single quotes)"),
        (
            "name: - x\n",
            "1:7: a '-' stands where none can (put the value in quotes, or check the indentation)",
        ),
        (
            "a:\n    b: 1\n  c: 2\n",
            (
                "3:3: this does not fit in with the lines above "
                "(put the value in quotes, or check the indentation)"
            ),
        ),
        ("name: a\n\x01b: 2\n", "2:1: the character U+0001 cannot stand in a text file"),
        ('name: "\\UFFFFFFFF"\n', "1:10: this is no character or number that YAML knows"),
        (f"%YAML 1.{'9' * 5000}\n---\n", "1:9: this is no character or number that YAML knows"),
        ("name: *app\n", "1:7: '*app' names an anchor that is not in the file above"),
        ("a: &a [*a]\n", "1:8: '*a' stands inside the value that it names"),
        ("%FOO\n%YAML 2.0\n---\na: 1\n", None),
    ],
)
def test_a_syntax_error_is_one_problem_at_its_place(text: str, expected: str | None) -> None:
    (problem,) = problems(text)
    if expected:
        assert problem == f"p.yaml:{expected}"


def test_a_second_document_is_refused_and_the_first_is_still_judged() -> None:
    text = with_top("nonsense: 1") + "---\nname: other\n"
    assert problems(text) == [
        "p.yaml:4:1: unknown key 'nonsense'",
        "p.yaml:5:1: a second document starts here (one profile is one file)",
    ]


def test_a_duplicate_key_names_the_first() -> None:
    assert problems(with_top("name: other")) == [
        "p.yaml:4:1: duplicate key 'name' (first on line 1)"
    ]
    assert problems(with_line("image: app:2.0")) == [
        "p.yaml:5:5: duplicate key 'image' (first on line 4)"
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("5: x", "4:1: the key 5 must be text (put it in quotes)"),
        ("true: x", "4:1: the key true must be text (put it in quotes)"),
        ("~: x", "4:1: a key is missing before this ':'"),
        ("? [a]\n: x", "4:3: a key must be text, not a list or mapping"),
    ],
)
def test_a_key_is_text(line: str, expected: str) -> None:
    assert problems(with_top(line)) == [f"p.yaml:{expected}"]


def test_tags_are_not_offered() -> None:
    assert problems(with_top("description: !!str x")) == [
        "p.yaml:4:14: not offered: YAML tags such as !!str (leave the tag out)"
    ]


def test_a_text_holds_no_character_that_no_program_can_be_given() -> None:
    message = "this text holds a character that no program can be given"
    assert problems(with_line('environment: {A: "\\0"}')) == [f"p.yaml:5:22: {message}"]
    assert problems(with_line('environment: {A: "\\ud800"}')) == [f"p.yaml:5:22: {message}"]


def test_a_byte_order_mark_and_foreign_line_ends_do_no_harm() -> None:
    assert read("\ufeff" + with_top("tools: {}").replace("\n", "\r\n")).name == "app"


def test_yes_and_on_are_texts_as_in_compose() -> None:
    found = service(with_line("environment: {A: yes, B: on, C: 22:22, D: 010, E: 1.10, F: True}"))
    expected = {"A": "yes", "B": "on", "C": "22:22", "D": "010", "E": "1.10", "F": "true"}
    assert found.environment == expected


def test_aliases_and_merges_share_values() -> None:
    profile = read(
        "name: app\n"
        "services:\n"
        "  a: &a {image: 'app:1.0', environment: &e {X: 1, Y: 2}, ports: [80]}\n"
        "  b: {<<: *a, ports: [81], environment: {<<: *e, Y: 3}}\n"
        "  c: {<<: [{image: 'app:2.0'}, *a], environment: *e}\n"
    )
    a, b, c = (profile.services[name] for name in "abc")
    assert a.environment == c.environment == {"X": "1", "Y": "2"}
    assert b.environment == {"X": "1", "Y": "3"}
    assert (a.image, b.image) == (a.image, a.image)
    assert str(c.image) == "app:2.0"
    assert [port.container for port in b.ports or ()] == [81]


def test_a_problem_in_a_shared_value_is_told_once() -> None:
    text = "name: app\nservices:\n  a: &a {image: 'app:1.0', ports: [0]}\n  b: *a\n"
    assert problems(text) == ["p.yaml:3:36: '0' is not a port (a whole number from 1 to 65535)"]


def test_a_merge_takes_mappings_only() -> None:
    assert problems(with_line("<<: [5]")) == [
        "p.yaml:5:10: '<<' can merge a mapping, and nothing else"
    ]


def test_an_alias_bomb_is_not_let_off() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    assert problems(bomb)[0].endswith("with its aliases the file holds more than 10000 values")


def test_a_merge_bomb_is_not_let_off() -> None:
    bomb = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 9)
    )
    assert problems(bomb)[0].endswith("with its aliases the file holds more than 10000 values")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a: " + "{b: " * 5_000,
        "- " * 5_000,
        "\n".join(" " * n + "a:" for n in range(300)),
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 2000)),
        "a0: &a0 {}\n" + "".join(f"a{n}: &a{n} {{<<: *a{n - 1}}}\n" for n in range(1, 2000)),
    ],
)
def test_deep_nesting_is_a_problem_and_not_a_crash(text: str) -> None:
    assert problems(text)[0].endswith("nested more than 32 levels deep")


def test_a_file_is_no_larger_than_any_profile() -> None:
    assert problems("#" * 300_000) == ["p.yaml:1:1: the file is larger than 256 KiB"]
    assert problems("[" + "x," * 20_000) == [
        "p.yaml:1:20000: the file holds more than 10000 values"
    ]
