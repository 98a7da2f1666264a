"""Secrets: known by the names of their variables and flags, and never shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.secrets import BLANK, blank_urls, blank_words, secret_names


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
