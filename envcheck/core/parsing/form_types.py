"""The types of the fields of `core.forms`: how each is read and how the JSON schema tells it."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import PlainValidator, WithJsonSchema

from envcheck.core.parsing import service_values, values
from envcheck.core.profile import Port, Restart, VolumeMount
from envcheck.core.reference import Reference


def _key(pattern: str) -> WithJsonSchema:
    """The JSON schema of a key; no variable can stand in one."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def _matching(pattern: str) -> dict[str, Any]:
    """The JSON schema of a text; a variable may stand in for any part of it."""
    return {"type": "string", "pattern": rf"^(?:{pattern}|.*\$.*)$"}


def _number_or(pattern: str, *, number: str = "integer", **bounds: int) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [{"type": number, **bounds}, _matching(pattern)]})


_TEXT = {"type": "string"}
_SCALARS = ["string", "number", "boolean"]
_WORDS = {"anyOf": [_TEXT, {"type": "array", "items": {"type": _SCALARS}, "minItems": 1}]}
_VARIABLES = {
    "anyOf": [
        {
            "type": "object",
            "patternProperties": {f"^{service_values.VARIABLE}$": {"type": [*_SCALARS, "null"]}},
        },
        {"type": "array", "items": _matching(rf"{service_values.VARIABLE}(?:=[\s\S]*)?")},
    ]
}

_DURATION = _number_or(values.DURATION, number="number", exclusiveMinimum=0, maximum=86400)

Text = Annotated[str, PlainValidator(values.text), WithJsonSchema(_TEXT)]
Written = Annotated[str, PlainValidator(values.written), WithJsonSchema({"type": _SCALARS})]
Sentence = Annotated[str, PlainValidator(values.sentence), WithJsonSchema(_TEXT)]
Name = Annotated[str, PlainValidator(values.name), WithJsonSchema(_matching(values.NAME))]
NameKey = Annotated[str, PlainValidator(values.name), _key(values.NAME)]
ProgramKey = Annotated[str, PlainValidator(values.program), _key(values.PROGRAM)]
ExportKey = Annotated[str, PlainValidator(values.variable), _key(values.EXPORTED)]
Specifier = Annotated[str, PlainValidator(values.specifier), WithJsonSchema(_TEXT)]
Size = Annotated[int, PlainValidator(values.size), WithJsonSchema(_matching(values.SIZE))]
Duration = Annotated[float, PlainValidator(values.duration), _DURATION]
Settling = Annotated[
    float,
    PlainValidator(values.settling),
    _number_or(values.DURATION, number="number", minimum=0, maximum=86400),
]
RestartWord = Annotated[
    Restart,
    PlainValidator(service_values.restart),
    WithJsonSchema(_matching("|".join(get_args(Restart)))),
]
PortNumber = Annotated[
    int, PlainValidator(values.port_number), _number_or("[0-9]{1,5}", minimum=1, maximum=65535)
]
Pids = Annotated[
    int,
    PlainValidator(values.pids),
    _number_or("[0-9]{1,5}", minimum=values.LEAST_PIDS, maximum=values.MOST_PIDS),
]
Status = Annotated[
    int, PlainValidator(values.status), _number_or("[1-5][0-9]{2}", minimum=100, maximum=599)
]
Image = Annotated[
    Reference,
    PlainValidator(service_values.image),
    WithJsonSchema(_matching(service_values.IMAGE)),
]
Folder = Annotated[
    str, PlainValidator(service_values.folder), WithJsonSchema(_matching(service_values.FOLDER))
]
InnerFile = Annotated[
    str,
    PlainValidator(service_values.inner_file),
    WithJsonSchema(_matching(service_values.FOLDER)),
]
PublishedPort = Annotated[
    Port,
    PlainValidator(service_values.port),
    _number_or(service_values.PORT, minimum=1, maximum=65535),
]
NamedVolume = Annotated[
    VolumeMount,
    PlainValidator(service_values.mount),
    WithJsonSchema(_matching(service_values.MOUNT)),
]
HttpPath = Annotated[
    str,
    PlainValidator(service_values.http_path),
    WithJsonSchema(_matching(service_values.HTTP_PATH)),
]
Command = Annotated[tuple[str, ...], PlainValidator(service_values.command), WithJsonSchema(_WORDS)]
Environment = Annotated[
    dict[str, str | None],
    PlainValidator(service_values.environment),
    WithJsonSchema(_VARIABLES),
]
