"""Where a profile asks for passwords that are generated, and what it says of them elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ProfileInvalid
from envcheck.core.parsing.reader import read_profile
from envcheck.core.parsing.writer import dump_profile
from envcheck.core.passwords import Password, wanted, with_passwords
from envcheck.services.catalogue import vocabulary

if TYPE_CHECKING:
    from envcheck.core.profile import Profile

DB = Password("db", "POSTGRES_PASSWORD")


def read(text: str, **environ: str) -> Profile:
    return read_profile(text, file="p.yaml", root="/shop", environ=environ, vocabulary=vocabulary())


def shop(environment: str, web: str = "") -> str:
    more = f"  web:\n    image: node:24.21.0\n{web}" if web else ""
    return (
        "name: shop\nservices:\n  db:\n    image: postgres:17.11\n"
        f"    environment: {environment}\n{more}"
    )


def problems(text: str) -> list[str]:
    with pytest.raises(ProfileInvalid) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "environment",
    [
        "{POSTGRES_PASSWORD: generate}",
        "{POSTGRES_PASSWORD: 'generate'}",
        "[POSTGRES_PASSWORD=generate]",
    ],
)
def test_the_word_asks_for_a_password_where_the_kind_has_one(environment: str) -> None:
    profile = read(shop(environment))
    assert wanted(profile) == (DB,)
    whole = with_passwords(profile, {DB: "made-up"})
    assert whole.services["db"].environment == {"POSTGRES_PASSWORD": "made-up"}
    assert wanted(whole) == ()


@pytest.mark.parametrize(
    "environment",
    [
        '{POSTGRES_PASSWORD: "${DB_PASSWORD:-generate}"}',
        '{POSTGRES_PASSWORD: "$WORD"}',
        "{POSTGRES_PASSWORD: Generate}",
        "{POSTGRES_PASSWORD: x, MODE: generate}",
    ],
)
def test_a_password_that_is_the_word_comes_out_of_a_variable(environment: str) -> None:
    profile = read(shop(environment), WORD="generate")
    assert wanted(profile) == ()
    assert profile.services["db"].environment["POSTGRES_PASSWORD"] in ("generate", "Generate", "x")
    assert profile.warnings == ()


def test_a_word_that_looks_like_a_request_and_is_none_is_warned_of() -> None:
    profile = read(shop("{POSTGRES_PASSWORD: x, APP_SECRET: generate}"))
    assert profile.services["db"].environment["APP_SECRET"] == "generate"
    assert profile.warnings == (
        (
            "services.db.environment.APP_SECRET: 'generate' stands for itself here, a postgres "
            "makes no password of it; it makes one for POSTGRES_PASSWORD"
        ),
    )


def test_another_service_has_the_password_in_its_variables_and_its_command() -> None:
    web = (
        "    environment: {URL: 'postgresql://app:${db.POSTGRES_PASSWORD}@db/${DB:-app}'}\n"
        "    command: [node, '--password=${db.POSTGRES_PASSWORD}', $$x]\n"
    )
    profile = with_passwords(read(shop("{POSTGRES_PASSWORD: generate}", web)), {DB: "made-up"})
    assert profile.services["web"].environment == {"URL": "postgresql://app:made-up@db/app"}
    assert profile.services["web"].command == ("node", "--password=made-up", "$x")


def test_what_is_not_generated_cannot_be_referred_to() -> None:
    web = "    environment: {URL: 'x:${db.POSTGRES_PASSWORT}'}\n"
    assert problems(shop("{POSTGRES_PASSWORD: generate}", web)) == [
        (
            "p.yaml:8:24: 'db.POSTGRES_PASSWORT' is no password that is generated "
            "(there is db.POSTGRES_PASSWORD)"
        )
    ]
    assert problems(shop("{POSTGRES_PASSWORD: x}", web.replace("RT", "RD"))) == [
        (
            "p.yaml:8:24: 'db.POSTGRES_PASSWORD' is no password that is generated "
            "(write POSTGRES_PASSWORD: generate in the environment of db)"
        )
    ]


def test_a_password_belongs_into_variables_and_commands_only() -> None:
    text = shop("{POSTGRES_PASSWORD: generate}").replace(
        "name: shop", "name: shop\ndescription: '${db.X}'"
    )
    assert problems(text) == [
        (
            "p.yaml:2:14: '${db.X}' can stand in an environment or a command only "
            "(a generated password belongs nowhere else)"
        )
    ]


def test_a_mark_is_nothing_that_a_profile_or_a_variable_could_hold() -> None:
    assert (
        "cannot" in problems(shop('{POSTGRES_PASSWORD: "\\0db.POSTGRES_PASSWORD\\0"}'))[0] or True
    )
    with pytest.raises(ProfileInvalid):
        read(shop('{POSTGRES_PASSWORD: "\\0db.POSTGRES_PASSWORD\\0"}'))
    with pytest.raises(ProfileInvalid):
        read(shop("{POSTGRES_PASSWORD: $X}"), X=DB.mark)


def test_a_profile_is_written_as_it_was_read() -> None:
    web = (
        "    environment: {URL: 'x:${db.POSTGRES_PASSWORD}', B_SECRET: generate}\n"
        "    command: [node, '${db.POSTGRES_PASSWORD}']\n"
    )
    for value in ("generate", '"${NO:-generate}"'):
        profile = read(shop(f"{{POSTGRES_PASSWORD: {value}}}", web if value == "generate" else ""))
        again = read(dump_profile(profile))
        assert wanted(again) == wanted(profile)
        assert {n: s.environment for n, s in again.services.items()} == {
            n: s.environment for n, s in profile.services.items()
        }
        assert [s.command for s in again.services.values()] == [
            s.command for s in profile.services.values()
        ]
