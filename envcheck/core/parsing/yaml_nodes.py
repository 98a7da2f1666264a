"""YAML text to a tree of nodes that know their places.

Built from the parser's events rather than by PyYAML's composer: no recursion, so deep nesting is a
message and not a RecursionError, and no guessing of types, so every scalar keeps its text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from envcheck.core.errors import Problem, ProfileInvalid
from envcheck.core.parsing.wording import quote
from envcheck.core.parsing.yaml_errors import explain
from envcheck.core.profile import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    Tagged = yaml.ScalarEvent | yaml.CollectionStartEvent

MAX_CHARACTERS = 256 * 1024
MAX_DEPTH = 32
MAX_NODES = 10_000


@dataclass(frozen=True, eq=False)
class ScalarNode:
    """A scalar; ``plain`` where nothing quotes it."""

    place: Place
    text: str
    plain: bool


@dataclass(frozen=True, eq=False)
class ListNode:
    """A sequence."""

    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class MapNode:
    """A mapping; ``items`` holds keys and values in turn, as the parser tells them."""

    place: Place
    items: list[Node] = field(default_factory=list)

    @property
    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """The keys, each with its value."""
        return zip(self.items[::2], self.items[1::2], strict=True)


@dataclass(frozen=True, eq=False)
class AliasNode:
    """A second mention of an anchored node."""

    place: Place
    target: ScalarNode | ListNode | MapNode


Node = ScalarNode | ListNode | MapNode | AliasNode


@dataclass(frozen=True)
class Tree:
    """The first document of a text; ``root`` is None where there is none."""

    root: Node | None
    problems: tuple[Problem, ...] = ()


def parse(text: str, file: str) -> Tree:
    """Read a text as one YAML document.

    Raises:
        ProfileInvalid: the text is not YAML, or larger or deeper than any profile.
    """
    if len(text) > MAX_CHARACTERS:
        fail(Place(file, 1, 1), f"the file is larger than {MAX_CHARACTERS // 1024} KiB")
    builder = _Builder(file)
    for event in _events(text, file):
        builder.feed(event)
    return Tree(builder.root, tuple(builder.problems))


def fail(place: Place, message: str, hint: str = "") -> NoReturn:
    """Give up on the file: nothing after this point can be told for sure."""
    raise ProfileInvalid([Problem(place.file, place.line, place.column, message, hint)])


def _events(text: str, file: str) -> Iterator[yaml.Event]:
    try:
        yield from _told_by(yaml.SafeLoader(text), file)
    except yaml.YAMLError as error:
        raise ProfileInvalid([explain(error, text, file)]) from None


def _told_by(loader: yaml.SafeLoader, file: str) -> Iterator[yaml.Event]:
    while True:
        try:
            if not loader.check_event():
                return
            event: yaml.Event = loader.get_event()  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError):
            # PyYAML lets these out for "\UFFFFFFFF" and for a %YAML version of 5000 digits.
            fail(_place(loader.get_mark(), file), "this is no character or number that YAML knows")
        yield event


def _place(mark: Any, file: str) -> Place:
    """The place of a mark of PyYAML's, or the file's start where an event has none."""
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)


class _Builder:
    """Puts events together; ``_open`` holds the collections that have not ended yet."""

    def __init__(self, file: str) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._file = file
        self._open: list[ListNode | MapNode] = []
        self._anchors: dict[str, ScalarNode | ListNode | MapNode] = {}
        self._nodes = 0
        self._documents = 0

    def feed(self, event: yaml.Event) -> None:
        place = self._place(event)
        match event:
            case yaml.DocumentStartEvent():
                self._count_document(place)
            case yaml.ScalarEvent():
                self._add(ScalarNode(place, event.value, plain=event.implicit[0]), event)
            case yaml.SequenceStartEvent():
                self._begin(ListNode(place), event)
            case yaml.MappingStartEvent():
                self._begin(MapNode(place), event)
            case yaml.AliasEvent():
                self._put(AliasNode(place, self._target(event.anchor or "", place)))
            case yaml.CollectionEndEvent():
                self._open.pop()
            case _:
                pass

    def _place(self, event: yaml.Event) -> Place:
        return _place(event.start_mark, self._file)

    def _problem(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(Problem(place.file, place.line, place.column, message, hint))

    def _count_document(self, place: Place) -> None:
        self._documents += 1
        if self._documents == 2:  # noqa: PLR2004 - the second is the one too many
            self._problem(place, "a second document starts here", "one profile is one file")

    def _begin(self, node: ListNode | MapNode, event: yaml.CollectionStartEvent) -> None:
        self._add(node, event)
        self._open.append(node)
        if len(self._open) > MAX_DEPTH:
            fail(node.place, f"nested more than {MAX_DEPTH} levels deep")

    def _add(self, node: ScalarNode | ListNode | MapNode, event: Tagged) -> None:
        if event.tag is not None:
            self._problem(node.place, "not offered: YAML tags such as !!str", "leave the tag out")
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._put(node)

    def _put(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            fail(node.place, f"the file holds more than {MAX_NODES} values")
        if self._open:
            self._open[-1].items.append(node)
        elif self._documents == 1:
            self.root = node

    def _target(self, anchor: str, place: Place) -> ScalarNode | ListNode | MapNode:
        target = self._anchors.get(anchor)
        if target is None:
            fail(place, f"{quote('*' + anchor)} names an anchor that is not in the file above")
        if any(node is target for node in self._open):
            fail(place, f"{quote('*' + anchor)} stands inside the value that it names")
        return target
