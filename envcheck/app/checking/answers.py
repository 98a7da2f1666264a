"""What a service answers to its clients: the questions of its kind, and the printed variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.core.events import Result
from envcheck.core.secrets import blank_urls
from envcheck.services.kind import NotReady

if TYPE_CHECKING:
    from envcheck.app.checking.subject import Subject
    from envcheck.app.checks.exam import Check
    from envcheck.app.connect import Variable
    from envcheck.services.kind import Access, Question

VARIABLE = "service.variable-does-not-connect"

_FAULTS = {
    "credentials": "service.credentials-refused",
    "database": "service.database-missing",
    "writable": "service.not-writable",
}


def asked(subject: Subject) -> tuple[Check, ...]:
    """The questions of the service's kind; none where it publishes no port to ask them at."""
    access = subject.access
    if access is None:
        return ()
    return tuple(_asked(subject, question, access) for question in subject.target.kind.questions)


def _asked(subject: Subject, question: Question, access: Access) -> Check:
    id, title = f"service.{subject.name}.{question.id}", f"{subject.name} {question.title}"

    def look() -> Result:
        try:
            return Result(id, title, "pass", question.ask(access))
        except NotReady as reason:
            return Result(
                id,
                title,
                "fail",
                blank_urls(str(reason)),
                fix=_fix(subject, question.id),
                fault=_FAULTS.get(question.id, f"service.{question.id}"),
            )

    return subject.check(question.id, question.title, look, rests=True)


def _fix(subject: Subject, question: str) -> Fix:
    log = f"docker logs {subject.target.container}"
    begin_anew = f"{subject.instance.command('clean')} --only {subject.name}"
    match question:
        case "credentials":
            text = "give the profile what the data was made with, or change it inside the server"
            return Fix(text)
        case "database":
            text = "the image makes it on an empty volume only: make it inside, or begin anew"
            return Fix(text, (begin_anew,), destructive=True)
        case _:
            return Fix("its log tells more", (log,))


def connects(subject: Subject, variable: Variable | None) -> tuple[Check, ...]:
    """Whether what `env` prints really connects; nothing where it prints nothing for it."""
    dial = subject.target.kind.dial
    if variable is None or dial is None:
        return ()
    id, title = f"service.{subject.name}.variable", f"{subject.name} variable"

    def look() -> Result:
        try:
            said = dial(variable.value, _SECONDS)
        except NotReady as reason:
            return Result(
                id,
                title,
                "fail",
                f"{variable.name} does not connect: {blank_urls(str(reason))}",
                evidence=(f"{variable.name}={blank_urls(variable.value)}",),
                fix=Fix("its log tells more", (f"docker logs {subject.target.container}",)),
                fault=VARIABLE,
            )
        return Result(id, title, "pass", f"{variable.name} connects: {said}")

    return (subject.check("variable", "what `env` prints", look, rests=True),)


_SECONDS = 3.0
"""How long a program may take to connect with a variable."""
