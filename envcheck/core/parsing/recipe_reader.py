"""The text of a `recipe.yaml`, read: every problem at once, each with its place. Pure.

The keys are described in docs/recipes.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.nearest import did_you_mean
from envcheck.core.parsing.fields import Wanted, open_fields
from envcheck.core.parsing.wording import listing, quote
from envcheck.core.recipe import SUITE, Package
from envcheck.core.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from envcheck.core.errors import Problem
    from envcheck.core.parsing.fields import Fields

_KEYS = ("image", "describes")
_MORE = ("versions", "version_command", "version_pattern", "shares", "package")
_LINE = Wanted(re.compile(r"(?=.*\S)[^\x00-\x1f\x7f]{1,100}"), "one line of text")
_WORD = Wanted(re.compile(r"[^\x00]+"), "text")
_TAG = Wanted(
    re.compile(r"\w[\w.-]{0,127}", re.ASCII), 'a version in quotes, such as "17", or a tag'
)
_FILE = Wanted(re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII), "the name of a file")
# Nothing that a program could take for a flag, a path or an address.
_APT = Wanted(
    re.compile(r"[a-z0-9][a-z0-9+.-]+", re.ASCII), "a package of Debian, such as redis-server"
)
_NPM = Wanted(
    re.compile(r"(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*", re.ASCII), "a package of npm"
)
_SUITE = Wanted(re.compile(r"[a-z]+(?:-[a-z]+)*", re.ASCII), f"a release of Debian such as {SUITE}")


@dataclass(frozen=True)
class RecipeText:
    """What a `recipe.yaml` says; attributes as those of `core.recipe.Recipe`.

    ``shares`` are names here, not paths yet.
    """

    image: str
    describes: str
    versions: tuple[str, ...]
    version_command: tuple[str, ...]
    version_pattern: str
    shares: tuple[str, ...]
    package: Package | None


def read_recipe(
    text: str, file: str, *, shared: Collection[str], beside: Sequence[Problem] = ()
) -> RecipeText:
    """Read a recipe's text.

    Args:
        text: of its `recipe.yaml`.
        file: that file's name, as problems shall show it.
        shared: the names of the files that recipes can share.
        beside: what is wrong with the files beside it, to be told with the rest.

    Raises:
        ProfileInvalid: something is wrong; it names every problem with its place.
    """
    fields = open_fields(text, file, "recipe")
    fields.problems += beside
    fields.keys((), _KEYS, _MORE)
    found = RecipeText(
        image=_image(fields),
        describes=fields.text(("describes",), _LINE),
        versions=fields.texts(("versions",), _TAG),
        version_command=fields.texts(("version_command",), _WORD),
        version_pattern=_pattern(fields),
        shares=_shares(fields, shared),
        package=_package(fields),
    )
    _version_is_known(fields, found)
    fields.done()
    return found


def _image(fields: Fields) -> str:
    name = fields.text(("image",))
    if not name:
        return ""
    try:
        reference = parse_reference(name)
    except ValueError:
        fields.wrong(("image",), f"{quote(name)} is not an image's name", "such as redis")
        return ""
    if reference.tag or reference.digest:
        hint = f"name the image alone: {reference.name}"
        fields.wrong(("image",), "a recipe gives several versions, so 'image' has no tag", hint)
    return reference.official


def _pattern(fields: Fields) -> str:
    path = ("version_pattern",)
    pattern = fields.text(path, _WORD)
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        fields.wrong(path, f"this is not a regular expression: {error}")
        return ""
    if pattern and not groups:
        hint = r"put the version in parentheses, such as v(\d+\.\d+)"
        fields.wrong(path, "the pattern has no group, so it finds no version", hint)
    return pattern


def _shares(fields: Fields, shared: Collection[str]) -> tuple[str, ...]:
    names = fields.texts(("shares",), _FILE)
    for at, name in enumerate(names):
        if name and name not in shared:
            there = f"there are: {listing(sorted(shared), 'and')}" if shared else "there are none"
            hint = did_you_mean(name, shared) or there
            fields.wrong(("shares", at), f"there is no shared file {quote(name)}", hint)
    return names


def _package(fields: Fields) -> Package | None:
    path = ("package",)
    if not isinstance(fields.source.data, dict) or "package" not in fields.source.data:
        return None
    keys = fields.keys(path, (), ("apt", "npm", "suite"))
    if ("apt" in keys) == ("npm" in keys):
        fields.wrong(path, "'package' names one package", "such as {apt: redis-server}")
        return None
    if "npm" in keys:
        if "suite" in keys:
            fields.wrong_key((*path, "suite"), "a package of npm is in no suite", "leave it out")
        return Package("npm", fields.text((*path, "npm"), _NPM))
    suite = fields.text((*path, "suite"), _SUITE) if "suite" in keys else SUITE
    return Package("apt", fields.text((*path, "apt"), _APT), suite)


def _version_is_known(fields: Fields, found: RecipeText) -> None:
    """No image may be called by a version that nobody has seen."""
    if fields.problems:
        return
    if found.version_command and not found.version_pattern:
        hint = "it says where in what the command prints the version stands"
        fields.wrong_key(("version_command",), "'version_pattern' is missing beside it", hint)
    if found.version_pattern and not found.version_command:
        hint = "it prints the version that was built"
        fields.wrong_key(("version_pattern",), "'version_command' is missing beside it", hint)
    if not (found.version_command or found.versions):
        hint = "add version_command and version_pattern, or list every version in 'versions'"
        fields.wrong((), "nothing tells which version was built", hint)
