"""What a profile exports: its texts, their places, and what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.exports import BadTemplate, Place, Reached, escaped, filled, pieces, places
from envcheck.core.parsing.writer import dump_profile
from envcheck.core.secrets import BLANK
from tests.unit.core.reading import problems, read

URL = "postgresql://anna:p%40ss@127.0.0.1:15432/app"
DB = Reached("127.0.0.1", {5432: 15432, 8080: 18080}, 5432, URL, {"POSTGRES_PASSWORD": "p@ss"})


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("{db.url}?sslmode=disable", f"{URL}?sslmode=disable", None),
        ("{db.host}:{db.port}/{db.port.8080}", "127.0.0.1:15432/18080", None),
        ("{db.user} {db.database}", "anna app", "anna app"),
        ("pw={db.password}", "pw=p@ss", f"pw={BLANK}"),
        ("pw={db.POSTGRES_PASSWORD}", "pw=p@ss", f"pw={BLANK}"),
        ('{{"a": 1}}', '{"a": 1}', '{"a": 1}'),
        ("x://u:{db.password}@h", "x://u:p@ss@h", f"x://u:{BLANK}@h"),
    ],
)
def test_places_are_filled_and_secrets_blanked(text: str, value: str, shown: str | None) -> None:
    got = filled(text, {"db": DB})
    assert got is not None
    assert got[0] == value
    assert got[1] == (shown or got[1])
    assert "ss" not in got[1].replace("sslmode", "") or shown is not None


@pytest.mark.parametrize("text", ["{web.url}", "{db.port.9}", "{db.NO_SUCH}"])
def test_what_cannot_be_filled_is_left_out(text: str) -> None:
    assert filled(text, {"db": DB}) is None


@pytest.mark.parametrize("text", ["{", "}", "{}", "{db}", "{db.}", "{db.url.1}", "{db.port.x}"])
def test_braces_that_are_no_place_are_refused(text: str) -> None:
    with pytest.raises(BadTemplate):
        places(text)


@given(st.text())
def test_any_text_can_be_escaped(text: str) -> None:
    assert "".join(map(str, pieces(escaped(text)))) == text
    assert places(escaped(text)) == ()


def exporting(value: str) -> str:
    """A profile that exports one variable: line 8, column 6."""
    return (
        "name: app\nservices:\n  db:\n    image: postgres:17.11\n    ports: [5432]\n"
        "    environment: {POSTGRES_PASSWORD: secret}\n"
        f"exports:\n  A: {value}\n"
    )


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("'{dbb.url}'", "p.yaml:8:6: {dbb.url}: there is no service 'dbb' (did you mean 'db'?)"),
        ("'{db.ur}'", "p.yaml:8:6: {db.ur}: 'db' has no 'ur' (did you mean 'url'?)"),
        (
            "'{db.POSTGRES_PASWORD}'",
            (
                "p.yaml:8:6: {db.POSTGRES_PASWORD}: 'db' has no 'POSTGRES_PASWORD'"
                " (did you mean 'POSTGRES_PASSWORD'?)"
            ),
        ),
        (
            "'{db.port.80}'",
            "p.yaml:8:6: {db.port.80}: 'db' does not publish port 80 (it publishes 5432)",
        ),
        (
            "'{db'",
            (
                "p.yaml:8:6: a brace that opens or closes nothing"
                " (write {{ and }} for braces; a place is such as {db.url} or {db.port})"
            ),
        ),
    ],
)
def test_a_place_that_nothing_fills_is_a_mistake_in_the_profile(value: str, problem: str) -> None:
    assert problems(exporting(value)) == [problem]


def test_a_name_that_no_shell_takes_is_refused() -> None:
    text = exporting("x").replace("  A:", "  A-B:")
    assert "'A-B' cannot be the name of a variable" in problems(text)[0]


def test_braces_of_a_variables_value_are_no_places() -> None:
    profile = read(exporting("'$X {db.port}'"), {"X": "{db.url}"})
    assert list(pieces(profile.exports["A"])) == [*"{", "db.url", "}", " ", Place("db", "port")]


def test_exports_are_written_as_they_were_read() -> None:
    profile = read(exporting("'$$ {{x}} {db.url}'"))
    assert read(dump_profile(profile)).exports == profile.exports == {"A": "$ {{x}} {db.url}"}
