"""Which programs a project needs on the machine, in which versions. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.first.dependencies import package_json, toml
from envcheck.core.first.wish import Tool
from envcheck.core.node_claims import claims
from envcheck.core.parsing.values import specifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def tools(texts: Mapping[str, str]) -> Iterator[Tool]:
    """Node and Python, as far as the project says which."""
    yield from _node(texts)
    wanted = toml(texts.get("pyproject.toml", "")).get("project", {})
    versions = wanted.get("requires-python") if isinstance(wanted, dict) else None
    if isinstance(versions, str) and _fits(versions):
        yield Tool("python3", versions, "pyproject.toml: requires-python")


def _node(texts: Mapping[str, str]) -> Iterator[Tool]:
    """The oldest Node that all admit who say something about it."""
    found = [claim for claim in claims(texts) if min(span.low for span in claim.spans) > (0, 0, 0)]
    if found:
        newest = max(found, key=lambda claim: min(span.low for span in claim.spans))
        low = ".".join(map(str, min(span.low for span in newest.spans)))
        yield Tool("node", f">={low.removesuffix('.0').removesuffix('.0')}", newest.who)
    elif "package.json" in texts and package_json(texts["package.json"]):
        yield Tool("node", "", "package.json")


def _fits(versions: str) -> bool:
    try:
        specifier(versions)
    except ValueError:
        return False
    return True
