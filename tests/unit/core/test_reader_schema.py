"""The JSON schema for editors is the one that the forms make, and says something of every key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envcheck.core.parsing.schema import profile_schema, schema_text

if TYPE_CHECKING:
    from collections.abc import Iterator

PROFILES = Path(__file__).parents[3] / "profiles"


def test_the_schema_file_is_up_to_date() -> None:
    """To bring it up to date, write `schema_text()` into the file."""
    assert (PROFILES / "schema.json").read_text(encoding="utf-8") == schema_text()


def test_webapp_names_its_schema_for_editors() -> None:
    first = (PROFILES / "webapp.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=./schema.json"


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of a mapping with fixed keys."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    if isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_the_schema_is_strict_and_describes_every_key() -> None:
    schema = profile_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert len([*objects(schema)]) == 7
    for found in objects(schema):
        assert found["additionalProperties"] is False
        for key, field in found["properties"].items():
            assert field.get("description"), key
            assert field.get("examples"), key
            assert "null" not in json.dumps(field).replace('"boolean", "null"', ""), key


def test_a_profile_needs_a_name_and_services() -> None:
    assert profile_schema()["required"] == ["name", "services"]
    assert profile_schema()["$defs"]["ServiceForm"]["oneOf"] == [
        {"required": ["image"]},
        {"required": ["build"]},
    ]


def pattern(form: str, field: str) -> str:
    found = profile_schema()["$defs"][form]["properties"][field]
    options = (found, found.get("items", {}))
    texts = [each for option in options for each in (option, *option.get("anyOf", ()))]
    return next(str(text["pattern"]) for text in texts if "pattern" in text)


@pytest.mark.parametrize(
    ("form", "field", "good", "bad"),
    [
        ("ServiceForm", "ports", ["5432", "1:2", "1!:2", "auto:2", "${P:-80}"], ["x", "1:2:3", ""]),
        ("ServiceForm", "image", ["redis:8.0.2", "a/b@sha256:0"], ["redis", "redis:latest"]),
        ("ServiceForm", "volumes", ["data:/data"], ["/x:/data", "./x:/data", "data"]),
        ("ServiceForm", "build", ["web", "./web", "."], ["/web", "~/web", "c:web"]),
        ("ServiceForm", "timeout", ["30s", "2m", "1m30s", "90"], ["", "s", "2x"]),
        ("RequiresForm", "memory", ["1GB", "512MiB", "1.5 GB"], ["1", "1gb"]),
        ("HttpForm", "path", ["/", "/a?b"], ["a", "/ a"]),
    ],
)
def test_editors_take_and_refuse_what_the_reader_does(
    form: str, field: str, good: list[str], bad: list[str]
) -> None:
    wanted = re.compile(pattern(form, field))
    assert [text for text in good if not wanted.search(text)] == []
    assert [text for text in bad if wanted.search(text)] == []
