"""A tree of YAML nodes to plain data, and a map from every path in it to its place in the file.

The data holds dicts with text keys, lists, text, `Unquoted` and None; nothing is interpreted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envcheck.core.errors import Problem
from envcheck.core.parsing.wording import UNUSABLE, Unquoted, quote
from envcheck.core.parsing.yaml_nodes import (
    MAX_DEPTH,
    MAX_NODES,
    AliasNode,
    ListNode,
    MapNode,
    ScalarNode,
    fail,
    parse,
)
from envcheck.core.profile import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envcheck.core.parsing.yaml_nodes import Node

Path = tuple[str | int, ...]
"""Where a value is in the data: the keys and indices that lead to it, () for all of it."""

# YAML 1.2's core schema, as Compose reads it: `yes`, `on` and `22:22` are texts.
_NULL = re.compile(r"(?:~|null|Null|NULL)?")
_UNQUOTED = re.compile(
    r"true|True|TRUE|false|False|FALSE"
    r"|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
)
_MERGE = "<<"


@dataclass(frozen=True)
class Source:
    """A file's data and the places of its parts.

    Attributes:
        data: what the file says.
        keys: where the key of each path stands.
        values: where the value of each path starts.
        problems: what is wrong with the file as YAML, though it could be read.
    """

    file: str
    data: Any
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    problems: tuple[Problem, ...] = ()

    def key_place(self, path: Path) -> Place:
        """Where a path's key stands, or its value where it has no key (an entry of a list)."""
        return self.keys.get(path) or self.value_place(path)

    def value_place(self, path: Path) -> Place:
        """Where a path's value starts, or what holds it where the path itself was left out."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(self.file, 1, 1))


def read_source(text: str, file: str) -> Source:
    """Read YAML; an empty text has the data None.

    Raises:
        ProfileInvalid: the text is not YAML, or expands to more than any profile holds.
    """
    tree = parse(text, file)
    expansion = _Expansion(file)
    data = None if tree.root is None else expansion.value(tree.root, ())
    problems = (*tree.problems, *expansion.problems)
    return Source(file, data, expansion.keys, expansion.values, problems)


class _Expansion:
    """Follows every alias, and counts: ten lines of aliases can stand for 2^30 values."""

    def __init__(self, file: str) -> None:
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self._file = file
        self._spent = 0

    def value(self, node: Node, path: Path) -> Any:
        self._spend(node, len(path))
        self.values[path] = node.place
        match _behind(node):
            case ScalarNode() as scalar:
                return self._scalar(scalar)
            case ListNode() as found:
                return [self.value(item, (*path, i)) for i, item in enumerate(found.items)]
            case MapNode() as found:
                return self._mapping(found, path)

    def _mapping(self, node: MapNode, path: Path) -> dict[str, Any]:
        data = {}
        for name, (key, value) in self._entries(node, len(path)).items():
            self.keys[(*path, name)] = key.place
            data[name] = self.value(value, (*path, name))
        return data

    def _entries(self, node: MapNode, depth: int) -> dict[str, tuple[Node, Node]]:
        """The mapping's own entries, then those that it merges and does not have itself."""
        self._spend(node, depth)
        entries: dict[str, tuple[Node, Node]] = {}
        for key, value in node.pairs:
            name = self._name(key)
            if name in entries:
                self._duplicate(name, key, entries[name][0])
            elif name is not None:
                entries[name] = (key, value)
        for merged in self._merged(node):
            entries = {**self._entries(merged, depth + 1), **entries}
        return entries

    def _merged(self, node: MapNode) -> Iterator[MapNode]:
        for key, value in node.pairs:
            if _is_merge(key):
                target = _behind(value)
                parts = target.items if isinstance(target, ListNode) else [value]
                yield from (m for m in map(self._mergeable, parts) if m is not None)

    def _mergeable(self, node: Node) -> MapNode | None:
        target = _behind(node)
        if isinstance(target, MapNode):
            return target
        self._problem(node, "'<<' can merge a mapping, and nothing else")
        return None

    def _name(self, key: Node) -> str | None:
        """The key's text, or None where it is a merge or no usable key."""
        node = _behind(key)
        if _is_merge(node):
            return None
        if not isinstance(node, ScalarNode):
            self._problem(key, "a key must be text, not a list or mapping")
            return None
        name = self._scalar(node)
        if isinstance(name, str):
            return name
        if name is None:
            self._problem(key, "a key is missing before this ':'")
        else:
            self._problem(key, f"the key {name.text} must be text", "put it in quotes")
        return None

    def _scalar(self, node: ScalarNode) -> str | Unquoted | None:
        if UNUSABLE.search(node.text):
            self._problem(node, "this text holds a character that no program can be given")
        if not node.plain:
            return node.text
        if _NULL.fullmatch(node.text):
            return None
        return Unquoted(node.text) if _UNQUOTED.fullmatch(node.text) else node.text

    def _spend(self, node: Node, depth: int) -> None:
        self._spent += 1
        if self._spent > 2 * MAX_NODES:  # a mapping counts twice
            fail(node.place, f"with its aliases the file holds more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            fail(node.place, f"nested more than {MAX_DEPTH} levels deep")

    def _duplicate(self, name: str, key: Node, first: Node) -> None:
        self._problem(key, f"duplicate key {quote(name)}", f"first on line {first.place.line}")

    def _problem(self, node: Node, message: str, hint: str = "") -> None:
        place = node.place
        self.problems.append(Problem(self._file, place.line, place.column, message, hint))


def _behind(node: Node) -> ScalarNode | ListNode | MapNode:
    return node.target if isinstance(node, AliasNode) else node


def _is_merge(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.plain and node.text == _MERGE
