"""How the reader calls envcheck's tasks: by ``./inv``, or as ``envcheck``."""

from __future__ import annotations

import os
import re

from envcheck.core.instances import VARIABLE

TIE = "\xa0"
"""A space at which a text is not broken."""

_OWN_COMMAND = re.compile(r"(^|`)envcheck ")


def call(program: str, verb: str, profile: str, instance: str) -> str:
    """The command for a task on an instance."""
    return " ".join(filter(None, (program, verb, meant(profile, instance))))


def meant(profile: str, instance: str) -> str:
    """The words of a command that say which instance it is about."""
    words = [profile]
    # Where a variable says what instances are called, the profile's own name must be said too.
    if instance and (instance != profile or os.environ.get(VARIABLE)):
        words += ["--instance", instance]
    return " ".join(filter(None, words))


def as_called(text: str, program: str) -> str:
    """Advice with our own commands as they are called here."""
    return _OWN_COMMAND.sub(lambda found: f"{found[1]}{program} ", text)


def unbroken(text: str) -> str:
    """The text, with spaces at which it is not broken into lines."""
    return text.replace(" ", TIE)
