"""A recipe's text: every mistake at its place, in plain words."""

from __future__ import annotations

import pytest

from envcheck.core.errors import ProfileInvalid
from envcheck.core.parsing.recipe_reader import RecipeText, read_recipe
from envcheck.core.recipe import Package

WHOLE = r"""image: ghcr.io/acme/tool
describes: a tool
versions: ["1", "2.0"]
version_command: [tool, --version]
version_pattern: 'v(\d+)'
shares: [start.sh]
package: {apt: tool, suite: sid}
"""
LEAST = "image: tool\ndescribes: a tool\nversions: ['1.0']\n"


def read(text: str) -> RecipeText:
    return read_recipe(text, "r/recipe.yaml", shared={"start.sh"})


def problems(text: str) -> list[str]:
    with pytest.raises(ProfileInvalid) as caught:
        read(text)
    assert caught.value.id == "recipe.invalid"
    return [str(problem) for problem in caught.value.problems]


def test_everything_that_can_be_said() -> None:
    assert read(WHOLE) == RecipeText(
        "ghcr.io/acme/tool",
        "a tool",
        ("1", "2.0"),
        ("tool", "--version"),
        r"v(\d+)",
        ("start.sh",),
        Package("apt", "tool", "sid"),
    )


def test_the_least_that_must_be_said() -> None:
    assert read(LEAST) == RecipeText("tool", "a tool", ("1.0",), (), "", (), None)


def test_an_official_image_has_its_short_name() -> None:
    assert read(LEAST.replace("tool\n", "docker.io/library/tool\n", 1)).image == "tool"


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("package: {apt: redis-server}", Package("apt", "redis-server", "trixie")),
        ("package: {npm: '@acme/tool'}", Package("npm", "@acme/tool")),
    ],
)
def test_the_package_that_is_asked(text: str, package: Package) -> None:
    assert read(LEAST + text).package == package


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: the file must be a mapping, not nothing"),
        ("image: tool\n", "1:1: the key 'describes' is missing"),
        (LEAST + "verzions: []", "4:1: unknown key 'verzions' (did you mean 'versions'?)"),
        (LEAST + "image: x", "4:1: duplicate key 'image' (first on line 1)"),
        (
            "image: tool:1\ndescribes: x\nversions: ['1']",
            (
                "1:8: a recipe gives several versions, so 'image' has no tag "
                "(name the image alone: tool)"
            ),
        ),
        ("image: A b\ndescribes: x", "1:8: 'A b' is not an image's name (such as redis)"),
        (
            "image: t\ndescribes: x\nversions: [17]",
            (
                "3:12: an entry of 'versions' must be a version in quotes, such as \"17\", "
                "or a tag, not the number 17"
            ),
        ),
        ("image: t\ndescribes: x\nversions: '17'", "3:11: 'versions' must be a list, not text"),
        (
            LEAST + "version_command: [t]",
            (
                "4:1: 'version_pattern' is missing beside it "
                "(it says where in what the command prints the version stands)"
            ),
        ),
        (
            LEAST + "version_pattern: (x)",
            "4:1: 'version_command' is missing beside it (it prints the version that was built)",
        ),
        (
            LEAST + "version_command: [t]\nversion_pattern: '(1'",
            (
                "5:18: this is not a regular expression: "
                "missing ), unterminated subpattern at position 0"
            ),
        ),
        (
            LEAST + "version_command: [t]\nversion_pattern: v1",
            (
                "5:18: the pattern has no group, so it finds no version "
                r"(put the version in parentheses, such as v(\d+\.\d+))"
            ),
        ),
        (
            "image: t\ndescribes: x",
            (
                "1:1: nothing tells which version was built "
                "(add version_command and version_pattern, or list every version in 'versions')"
            ),
        ),
        (
            LEAST + "shares: [strat.sh]",
            "4:10: there is no shared file 'strat.sh' (did you mean 'start.sh'?)",
        ),
        (LEAST + "shares: [../x]", "4:10: an entry of 'shares' must be the name of a file, "),
        (LEAST + "package: redis", "4:10: 'package' must be a mapping, not text"),
        (
            LEAST + "package: {suite: sid}",
            "4:10: 'package' names one package (such as {apt: redis-server})",
        ),
        (
            LEAST + "package: {npm: a, suite: sid}",
            "4:19: a package of npm is in no suite (leave it out)",
        ),
        (LEAST + "package: {apt: --help}", "4:16: 'apt' must be a package of Debian, such as"),
        (LEAST + "package: {npm: 'git+ssh://x'}", "4:16: 'npm' must be a package of npm, not"),
        (LEAST + "package: {apt: ab, suite: ../x}", "4:27: 'suite' must be a release of Debian"),
        ("image: [", "1:9: a value is missing here"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, told: str) -> None:
    assert any(problem.startswith(f"r/recipe.yaml:{told}") for problem in problems(text)), problems(
        text
    )


def test_all_mistakes_are_told_at_once() -> None:
    assert len(problems("image: A b\nversions: 1\nshares: [x]\nmore: 1\n")) == 5
