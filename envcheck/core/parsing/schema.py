"""The profile's JSON schema, for editors: made from the forms, never written by hand."""

from __future__ import annotations

import json
from typing import Any

from envcheck.core.parsing.forms import ProfileForm

_ONE_SOURCE = [{"required": ["image"]}, {"required": ["build"]}]
_NOISE = ("title", "default")
_NULL = {"type": "null"}


def profile_schema() -> dict[str, Any]:
    """The JSON schema of a profile (draft 2020-12)."""
    schema = _tidy(ProfileForm.model_json_schema(mode="validation"))
    schema["$defs"]["ServiceForm"]["oneOf"] = _ONE_SOURCE
    schema["$defs"]["VerifyForm"] |= {"minProperties": 1, "maxProperties": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "envcheck profile",
        **schema,
    }


def schema_text() -> str:
    """The text of ``profiles/schema.json``."""
    return json.dumps(profile_schema(), indent=2) + "\n"


def _tidy(schema: Any) -> Any:
    """Without pydantic's titles and defaults, and without null, which no key of a profile takes."""
    match schema:
        case {"anyOf": [*options], **rest} if _NULL in options:
            others = [option for option in options if option != _NULL]
            return _tidy({**rest, **(others[0] if len(others) == 1 else {"anyOf": others})})
        case {"patternProperties": _} if "additionalProperties" not in schema:
            return _tidy({**schema, "additionalProperties": False})
        case dict():
            return {key: _part(key, value) for key, value in schema.items() if key not in _NOISE}
        case list():
            return [_tidy(item) for item in schema]
        case _:
            return schema


def _part(key: str, value: Any) -> Any:
    """One keyword's value; under ``properties`` stand names, which may be spelt like a keyword."""
    if key in ("properties", "patternProperties", "$defs"):
        return {name: _tidy(schema) for name, schema in value.items()}
    return _tidy(value)
