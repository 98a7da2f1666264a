"""Which variables hold secrets, and how a secret is shown: not at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

BLANK = "•••"
_SECRET = re.compile(
    r"(PASS(WORD|WD|PHRASE)?|SECRET|TOKEN|CREDENTIALS?|(API|ACCESS|PRIVATE)_?KEY|AUTH$)"
)
_SECRET_FILE = re.compile(r"_FILE$")
# Without a limit to the scheme a long word would be read again from each of its letters on.
# A password may hold an @, a path may hold another one: the last before the first / ends it.
_URL_PASSWORD = re.compile(
    r"(?P<before>[a-z][a-z0-9+.-]{0,30}://[^/\s:@]*:)(?P<password>[^/\s]+)@", re.IGNORECASE
)
_SHORTEST = 4
"""A secret that is shorter stands in too many words to be told apart from them."""


def secret_names(names: Iterable[str]) -> frozenset[str]:
    """Those of the variables whose values must not be shown, told by their names.

    A name that ends in ``_FILE`` holds a path, not the secret.
    """
    return frozenset(name for name in names if _tells_of_a_secret(name))


def _tells_of_a_secret(name: str) -> bool:
    words = name.upper().replace("-", "_")
    return bool(_SECRET.search(words)) and not _SECRET_FILE.search(words)


def blank_urls(text: str) -> str:
    """The text with the password of every URL in it blanked."""
    return _URL_PASSWORD.sub(lambda found: f"{found['before']}{BLANK}@", text)


def blank_login(address: str) -> str:
    """An address without the login that somebody wrote before its host."""
    before, at, host = address.rpartition("@")
    scheme = re.match("[a-z][a-z0-9+.-]*://", before, re.IGNORECASE)
    return f"{scheme.group() if scheme else ''}{BLANK}@{host}" if at else address


def blank_words(words: Iterable[str]) -> tuple[str, ...]:
    """A command with every secret in it blanked, told by the flag or variable before it.

    ``--requirepass SECRET``, ``--token=SECRET``, ``DB_PASSWORD=SECRET``, and URLs.
    """
    shown: list[str] = []
    after_flag = False
    for word in words:
        name, equals, _ = word.partition("=")
        secret = _tells_of_a_secret(name) and not re.search(r"\s", name)
        if after_flag and not word.startswith("--"):
            shown.append(BLANK)
        elif secret and equals:
            shown.append(f"{name}={BLANK}")
        else:
            shown.append(blank_urls(word))
        after_flag = secret and not equals and word.startswith("-")
    return tuple(shown)


def query_secrets(path: str) -> Iterator[str]:
    """The secrets in the query of a URL's path, told by the names before them."""
    for pair in path.partition("?")[2].split("&"):
        name, _, value = pair.partition("=")
        if _tells_of_a_secret(name) and len(value) >= _SHORTEST:
            yield from (value, unquote_plus(value))


def secret_values(
    environments: Iterable[Mapping[str, str]],
    commands: Iterable[Iterable[str]] = (),
    public: Iterable[str] = (),
) -> frozenset[str]:
    """The secrets in variables and commands, to be blanked wherever somebody prints them.

    What a variable without a secret has too, or is among the ``public`` words, is left out: who has
    the user's name for a password has no secret, and blanking it would blank the name.
    """
    secret: set[str] = set()
    known = set(public)
    for environment in environments:
        names = secret_names(environment)
        secret |= {environment[name] for name in names}
        known |= {value for name, value in environment.items() if name not in names}
    for value in known:
        secret |= {found["password"] for found in _URL_PASSWORD.finditer(value)}
    for command in commands:
        secret |= set(_secret_words(tuple(command)))
    return frozenset(value for value in secret - known if len(value) >= _SHORTEST)


def _secret_words(words: tuple[str, ...]) -> Iterator[str]:
    for word, shown in zip(words, blank_words(words), strict=True):
        if shown == BLANK:
            yield word
        elif shown.endswith(f"={BLANK}"):
            yield word.partition("=")[2]


def blank_values(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, where they stand as words of their own."""
    longest_first = sorted(secrets, key=len, reverse=True)
    if not longest_first:
        return text
    values = "|".join(map(re.escape, longest_first))
    return re.sub(rf"(?<!\w)(?:{values})(?!\w)", BLANK, text)
