"""Where a profile asks for passwords that are made up, and where it refers to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envcheck.core.parsing.reading import filled, kind_of
from envcheck.core.parsing.wording import listing, quote
from envcheck.core.passwords import WORD, Password, marks_in
from envcheck.core.secrets import secret_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.parsing.forms import ServiceForm
    from envcheck.core.parsing.reading import Reading
    from envcheck.core.parsing.yaml_source import Path


def check_passwords(reading: Reading) -> None:
    """Apply the rules; what is found goes into the reading's findings."""
    made = {password for name in reading.form.services for password in _made(reading, name)}
    for name, service in reading.form.services.items():
        _warn_of_words(reading, name)
        for path, text in _texts(name, service):
            for password in marks_in(text):
                if password not in made and reading.sound(password.service, "environment"):
                    _unknown(reading, path, password, made)


def variables_of(reading: Reading, name: str) -> dict[str, str]:
    """A service's variables, with marks in place of the passwords that are asked for."""
    service = reading.form.services[name]
    marks = {password.variable: password.mark for password in _made(reading, name)}
    return {**filled(service, reading.environ), **marks}


def _made(reading: Reading, name: str) -> Iterator[Password]:
    kind = kind_of(reading.form.services[name], reading.vocabulary)
    for variable in reading.vocabulary.secrets.get(kind, frozenset()) & _words(reading, name):
        yield Password(name, variable)


def _words(reading: Reading, name: str) -> frozenset[str]:
    """The variables of a service whose value is the word as the file has it."""
    data = reading.findings.source.data
    given: Any = data["services"][name].get("environment") if isinstance(data, dict) else None
    match given:
        case dict():
            return frozenset(variable for variable, value in given.items() if value == WORD)
        case list():
            pairs = (str(line).partition("=") for line in given if isinstance(line, str))
            return frozenset(variable for variable, _, value in pairs if value == WORD)
        case _:
            return frozenset()


def _warn_of_words(reading: Reading, name: str) -> None:
    kind = kind_of(reading.form.services[name], reading.vocabulary)
    offered = reading.vocabulary.secrets.get(kind, frozenset())
    for variable in sorted(secret_names(_words(reading, name)) - offered):
        can = f"; it makes one for {listing(sorted(offered), 'and')}" if offered else ""
        message = f"{quote(WORD)} stands for itself here, a {kind} makes no password of it{can}"
        reading.findings.warn(("services", name, "environment", variable), message)


def _texts(name: str, service: ServiceForm) -> Iterator[tuple[Path, str]]:
    for variable, value in service.environment.items():
        yield ("services", name, "environment", variable), value or ""
    for word in service.command or ():
        yield ("services", name, "command"), word


def _unknown(reading: Reading, path: Path, password: Password, made: set[Password]) -> None:
    hint = (
        f"there is {listing(sorted(map(str, made)), 'and')}"
        if made
        else f"write {password.variable}: {WORD} in the environment of {password.service}"
    )
    message = f"{quote(str(password))} is no password that is generated"
    known = path in reading.findings.source.values
    reading.findings.at_value(path if known else path[:3], message, hint)
