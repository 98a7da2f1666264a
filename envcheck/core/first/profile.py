"""A project's first profile from the texts of its files: one that can be read back. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envcheck.core.errors import ProfileInvalid
from envcheck.core.first import compose, dependencies
from envcheck.core.first.compose import Composed, composed, said
from envcheck.core.first.dependencies import needed, wish_for
from envcheck.core.first.newest import NAMES, NEWEST, PRODUCTS
from envcheck.core.first.text import profile_text
from envcheck.core.first.tools import tools
from envcheck.core.node_claims import FILES as NODE_FILES
from envcheck.core.parsing.forms import MAX_SERVICES
from envcheck.core.parsing.reader import read_profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from envcheck.core.first.wish import Wish
    from envcheck.core.profile import Vocabulary

FILES = tuple(dict.fromkeys((*compose.FILES, *dependencies.FILES, *NODE_FILES)))
"""The files of a project that say what it needs."""


_REQUIRED = re.compile(r"\$\{([A-Za-z_]\w*):?\?")


@dataclass(frozen=True)
class First:
    """A first profile: its name, its text, its services' names, and from which files it is."""

    name: str
    text: str
    services: tuple[str, ...]
    files: tuple[str, ...]


def first_profile(
    name: str,
    texts: Mapping[str, str],
    kinds: Iterable[str],
    environ: Mapping[str, str],
    vocabulary: Vocabulary,
) -> First | None:
    """The profile that a project seems to need, or None where nothing says that it needs any.

    Args:
        name: what it is to be called.
        texts: those of `FILES` that are there, by their names.
        kinds: what is needed besides, whatever the files say.
        environ: the caller's variables.
        vocabulary: what the catalogue of kinds knows.
    """
    file = next((each for each in compose.FILES if each in texts), "")
    found = composed(file, texts[file], environ, vocabulary) if file else Composed()
    wishes, notes = [*found.wishes], [*found.notes]
    because = {**dict.fromkeys(kinds, "as you said"), **needed(texts)}
    for kind in (kind for kind in NEWEST if kind in because):
        if all(wish.kind != kind for wish in wishes):
            wishes.append(wish_for(kind, because[kind], name, texts, _free(kind, wishes)))
    wishes = [_with_password(wish, vocabulary) for wish in wishes]
    fitting = [*_fitting(wishes, notes, environ, vocabulary)]
    if not fitting:
        return None
    whole = _together(fitting)

    def text_of(services: Sequence[Wish]) -> str:
        text = profile_text(name, _description(services), [*tools(texts)], services, notes)
        _read(text, environ, vocabulary)
        return text

    try:
        text = text_of(whole)
    except ProfileInvalid:  # they wait for each other in a circle
        notes.append("depends_on: not all of it can be")
        text = text_of([replace(wish, depends_on=()) for wish in whole])
    return First(name, text, tuple(wish.name for wish in whole), tuple(texts))


def _together(wishes: Sequence[Wish]) -> list[Wish]:
    """The services without names that two have, and without needs that are none of them."""
    first = {wish.name: wish for wish in reversed(wishes)}
    kept = [wish for wish in wishes if first[wish.name] is wish][:MAX_SERVICES]
    names = {wish.name for wish in kept}
    return [
        replace(wish, depends_on=tuple(n for n in wish.depends_on if n in names - {wish.name}))
        for wish in kept
    ]


def _free(kind: str, wishes: Sequence[Wish]) -> str:
    """The kind's usual name, or its own where another service has that."""
    usual = NAMES[kind]
    return kind if any(wish.name == usual for wish in wishes) else usual


def _with_password(wish: Wish, vocabulary: Vocabulary) -> Wish:
    """With a password that is made up, where its kind must have one and none is given."""
    given = {name for name, value in wish.environment.items() if value}
    secrets = vocabulary.secrets.get(wish.kind, frozenset())
    more = [
        next(name for name in group if name in secrets)
        for group in vocabulary.required.get(wish.kind, ())
        if given.isdisjoint(group)
    ]
    return replace(wish, environment={**wish.environment, **dict.fromkeys(more, "generate")})


def _fitting(
    wishes: Iterable[Wish],
    notes: list[str],
    environ: Mapping[str, str],
    vocabulary: Vocabulary,
) -> Iterator[Wish]:
    """Those that can be read back, each by itself; of the others a note says why not."""
    for wish in wishes:
        named = replace(wish, depends_on=tuple(dict.fromkeys(wish.depends_on)))
        try:
            alone = profile_text("first", "", (), (replace(named, depends_on=()),), ())
            _read(alone, environ, vocabulary)
        except ProfileInvalid as error:
            problem = error.problems[0]
            hint = f" ({problem.hint})" if problem.hint else ""
            notes.append(f"{wish.name}: {problem.message}{hint}")
        else:
            yield named


def _read(text: str, environ: Mapping[str, str], vocabulary: Vocabulary) -> None:
    """See that a text is a profile for whoever has set the variables that it insists on.

    Raises:
        ProfileInvalid: it is none.
    """
    required = dict.fromkeys(_REQUIRED.findall(text), "1")
    read_profile(text, file="", root="/", environ={**required, **environ}, vocabulary=vocabulary)


def _description(wishes: Sequence[Wish]) -> str:
    return said(dict.fromkeys(PRODUCTS.get(wish.kind, wish.name) for wish in wishes))
