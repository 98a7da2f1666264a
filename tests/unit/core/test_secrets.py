"""Secrets: known by the names of their variables and flags, and never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.secrets import (
    BLANK,
    blank_login,
    blank_urls,
    blank_values,
    blank_words,
    query_secrets,
    secret_names,
    secret_values,
)


@pytest.mark.parametrize(
    "name",
    [
        *["POSTGRES_PASSWORD", "DB_PASS", "MYSQL_PWD_PASSWD", "PASSPHRASE", "password"],
        *["API_KEY", "APIKEY", "AWS_SECRET_ACCESS_KEY", "PRIVATE_KEY", "GITHUB_TOKEN"],
        *["CLIENT_SECRET", "GOOGLE_CREDENTIALS", "CREDENTIAL", "REDIS_AUTH"],
    ],
)
def test_a_name_that_tells_of_a_secret(name: str) -> None:
    assert secret_names([name, "PLAIN"]) == {name}


@pytest.mark.parametrize(
    "name",
    [
        *["POSTGRES_USER", "POSTGRES_DB", "PATH", "HOST", "KEY", "PUBLIC_KEY", "AUTHOR"],
        *["POSTGRES_PASSWORD_FILE", "TOKEN_FILE", "postgres_password_file"],
        "POSTGRES_HOST_AUTH_METHOD",
    ],
)
def test_a_name_that_does_not(name: str) -> None:
    assert secret_names([name]) == frozenset()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://app:hunter2@127.0.0.1:5432/app", "postgresql://app:•••@127.0.0.1:5432/app"),
        ("redis://:hunter2@127.0.0.1:6379/0", "redis://:•••@127.0.0.1:6379/0"),
        ("HTTPS://u:p@host", "HTTPS://u:•••@host"),
        ("https://u:p@ss@host/a@b", "https://u:•••@host/a@b"),
        ("a http://u:p@h and b+c://v:q@h", "a http://u:•••@h and b+c://v:•••@h"),
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("http://user@host:80/x", "http://user@host:80/x"),
        ("http://host:4873/@scope/name", "http://host:4873/@scope/name"),
        ("no url: at@all", "no url: at@all"),
    ],
)
def test_the_password_in_a_url_is_blanked(text: str, shown: str) -> None:
    assert blank_urls(text) == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("--requirepass", "x"), ("--requirepass", BLANK)),
        (("--requirepass=x",), (f"--requirepass={BLANK}",)),
        (("--password", "--verbose"), ("--password", "--verbose")),
        (("--password-file", "/x"), ("--password-file", "/x")),
        (("TOKEN=x", "serve"), (f"TOKEN={BLANK}", "serve")),
        (("TOKEN=",), (f"TOKEN={BLANK}",)),
        (("serve", "--db", "a://b:c@d"), ("serve", "--db", f"a://b:{BLANK}@d")),
        (("sh", "-c", "check that pass=ok"), ("sh", "-c", "check that pass=ok")),
        ((), ()),
    ],
)
def test_a_command_is_shown_without_its_secrets(
    words: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    assert blank_words(words) == shown


@given(st.lists(st.text()))
def test_a_command_keeps_its_number_of_words(words: list[str]) -> None:
    assert len(blank_words(words)) == len(words)


def test_secrets_are_found_in_variables_commands_and_urls() -> None:
    environments = [
        {"POSTGRES_PASSWORD": "correct-horse", "POSTGRES_USER": "app"},
        {"UPSTREAM": "amqp://bus:battery7@queue/"},
    ]
    commands = [("redis-server", "--requirepass", "staple42", "API_TOKEN=abcdef", "--port", "1")]
    assert secret_values(environments, commands) == {
        *("correct-horse", "battery7", "staple42", "abcdef"),
    }


def test_what_is_no_secret_is_not_taken_for_one() -> None:
    environments = [{"DB_PASSWORD": "app", "DB_USER": "app"}, {"TOKEN": "webapp", "KEY": "abc"}]
    assert secret_values(environments, public=["webapp"]) == frozenset()


def test_a_secret_is_blanked_where_it_stands_as_a_word() -> None:
    secrets = {"horse", "horse+battery", "a.c4"}
    text = "password 'horse+battery', then horse; seahorses and horse_2 stay, abc4 too: a.c4"
    assert blank_values(text, secrets) == (
        f"password '{BLANK}', then {BLANK}; seahorses and horse_2 stay, abc4 too: {BLANK}"
    )
    assert blank_values(text, ()) == text


@given(st.text(), st.sets(st.text(min_size=4, max_size=8), max_size=3))
def test_blanking_leaves_no_secret_between_spaces(text: str, secrets: set[str]) -> None:
    for secret in secrets:
        shown = blank_values(f"{text} {secret} {text}", secrets)
        assert f" {secret} " not in shown or secret in BLANK


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("anna:hunter2@mirror:5000/a", f"{BLANK}@mirror:5000/a"),
        ("https://anna:hunt@er2@mirror", f"https://{BLANK}@mirror"),
        ("mirror:5000/a", "mirror:5000/a"),
    ],
)
def test_a_login_before_a_host_is_not_shown(address: str, shown: str) -> None:
    assert blank_login(address) == shown


def test_the_query_of_a_path_may_hold_a_secret() -> None:
    path = "/health?api_token=hun%2Fter2&page=12345&token=abc"
    assert set(query_secrets(path)) == {"hun%2Fter2", "hun/ter2"}
    assert set(query_secrets("/health")) == set()


def test_a_long_word_takes_no_longer_than_many_short_ones() -> None:
    word = "x" * 300_000  # some minutes, if it were read from each letter on
    assert (
        blank_urls(f"{word} {word}http://me:open@there") == f"{word} {word}http://me:{BLANK}@there"
    )
