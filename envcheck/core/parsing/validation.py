"""Data against the forms: every refusal becomes a finding at its place, in plain words.

Pydantic gives no form where anything at all is wrong. So what was refused is left out and the rest
is read again, until a form of what is sound remains and the rules between parts can be checked too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from envcheck.core.nearest import did_you_mean, nearest
from envcheck.core.parsing.compose_keys import NOT_OFFERED, PROFILE_ADVICE, SERVICE_ADVICE
from envcheck.core.parsing.findings import without
from envcheck.core.parsing.forms import (
    ExecForm,
    HttpForm,
    ProfileForm,
    RequiresForm,
    ServiceForm,
    TcpForm,
    VerifyForm,
)
from envcheck.core.parsing.refusals import (
    EntriesError,
    RefusedError,
    RefusedKeyError,
    WrongTypeError,
)
from envcheck.core.parsing.wording import noun, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from envcheck.core.parsing.findings import Findings
    from envcheck.core.parsing.forms import Form
    from envcheck.core.parsing.yaml_source import Path

# Where each form stands; "*" is any name or index.
_FORMS: Mapping[Path, type[Form]] = {
    (): ProfileForm,
    ("requires",): RequiresForm,
    ("services", "*"): ServiceForm,
    ("services", "*", "verify", "*"): VerifyForm,
    ("services", "*", "verify", "*", "http"): HttpForm,
    ("services", "*", "verify", "*", "tcp"): TcpForm,
    ("services", "*", "verify", "*", "exec"): ExecForm,
}
_ADVICE: Mapping[type[Form], Mapping[str, str]] = {
    ServiceForm: SERVICE_ADVICE,
    ProfileForm: PROFILE_ADVICE,
}
_WANTED = {"list_type": "a list"}  # by pydantic's name for the error; all others want a mapping
# What stands in for a required part that is missing or wrong; no profile is ever made from it.
_STAND_INS: Mapping[str, Any] = {"name": "unnamed", "services": {}}
_KEY = "[key]"  # pydantic's mark for "the key, not the value"


def validate(data: Mapping[str, Any], findings: Findings) -> ProfileForm:
    """The form of all that is sound in the data; what is not becomes findings."""
    while True:
        stand_ins = {k: v for k, v in _STAND_INS.items() if not findings.sound((k,))}
        before = len(findings.spoiled)
        try:
            return ProfileForm.model_validate({**without(data, findings.spoiled), **stand_ins})
        except ValidationError as error:
            details = error.errors(include_url=False)
        # Unknown keys first: a misspelt key explains why the right one is missing.
        for detail in sorted(details, key=lambda d: d["type"] != "extra_forbidden"):
            _report(detail, findings)
        if len(findings.spoiled) == before:
            raise AssertionError(f"cannot leave out {[detail['loc'] for detail in details]}")


def _report(detail: ErrorDetails, findings: Findings) -> None:
    path = detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            _unknown(path, findings)
        case "missing":
            _missing(path, findings)
        case "value_error":
            _refused(path, detail["ctx"]["error"], findings)
        case other:
            error = WrongTypeError(_WANTED.get(other, "a mapping"), detail["input"])
            _refused(path, error, findings)


def _unknown(path: Path, findings: Findings) -> None:
    *parent, key = path
    name, form = str(key), _form_at(tuple(parent))
    if form is ServiceForm and name in NOT_OFFERED:
        hint = f"a profile cannot have {NOT_OFFERED[name]}"
        findings.at_key(path, f"not offered: {quote(name)}", hint)
        return
    advice = _ADVICE.get(form, {}).get(name)
    findings.at_key(
        path, f"unknown key {quote(name)}", advice or did_you_mean(name, form.model_fields)
    )
    meant = (*parent, nearest(name, form.model_fields))
    if not advice and meant not in findings.source.values:
        findings.misspelt.add(meant)
        findings.spoil(meant)


def _missing(path: Path, findings: Findings) -> None:
    if path not in findings.misspelt:
        findings.at_value(path, f"the key {quote(str(path[-1]))} is missing", _example(path))


def _refused(path: Path, error: Exception, findings: Findings) -> None:
    match error:
        case EntriesError():
            for at, each in error.errors.items():
                _refused((*path, at), each, findings)
        case RefusedKeyError():
            findings.at_key(path, error.message, error.hint)
        case RefusedError() if path[-1] == _KEY:
            findings.at_key(path[:-1], error.message, error.hint)
        case RefusedError():
            findings.at_value(path, error.message, error.hint)
        case WrongTypeError(value=None):
            findings.at_value(path, f"{_label(path)} is empty", "give it a value or leave it out")
        case WrongTypeError():
            message = f"{_label(path)} must be {error.wanted}, not {noun(error.value)}"
            findings.at_value(path, message, _example(path))
        case _:
            raise error


def _label(path: Path) -> str:
    names = [step for step in path if isinstance(step, str)]
    return quote(names[-1]) if path[-1] == names[-1] else f"an entry of {quote(names[-1])}"


def _example(path: Path) -> str:
    """A hint with an example of a key, where the key is one that has an example."""
    *parent, key = path
    form = _FORMS.get(_pattern(tuple(parent)))
    field = form.model_fields.get(str(key)) if form else None
    if not field or not field.examples:
        return ""
    return f"such as {key}: {json.dumps(field.examples[0])}"


def _form_at(path: Path) -> type[Form]:
    return _FORMS[_pattern(path)]


def _pattern(path: Path) -> Path:
    """The path with names and indices as ``*``; every other step of a form's path is a key."""
    return tuple("*" if at in (1, 3) else step for at, step in enumerate(path))
