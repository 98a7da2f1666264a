"""Who says which Node, and who of them differs."""

from __future__ import annotations

import pytest

from envcheck.core.node_claims import claim_of_machine, claims, differing

PINNED = (24, 21, 0)


@pytest.mark.parametrize(
    ("file", "text", "agrees"),
    [
        (".nvmrc", "24\n", True),
        (".nvmrc", "v24.21.0", True),
        (".nvmrc", "lts/krypton", True),
        (".nvmrc", "# the team's\n24.1.0\n", False),
        (".node-version", "22.1.0", False),
        (".tool-versions", "python 3.12\nnodejs 24.21.0\n", True),
        (".tool-versions", "nodejs 22.1.0 20.0.0", False),
        ("package.json", '{"engines": {"node": ">=18"}}', True),
        ("package.json", '{"engines": {"node": "^22 || 20"}}', False),
    ],
)
def test_a_file_agrees_or_differs(file: str, text: str, *, agrees: bool) -> None:
    (claim,) = claims({file: text})
    assert claim.admits(PINNED) is agrees
    assert claim.who == file


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".nvmrc", "lts/*"),
        (".nvmrc", "node"),
        (".nvmrc", ""),
        (".tool-versions", "python 3.12"),
        ("package.json", "{"),
        ("package.json", "[]"),
        ("package.json", '{"engines": "node"}'),
        ("package.json", '{"engines": {"node": 18}}'),
    ],
)
def test_what_says_nothing_certain_is_passed_over(file: str, text: str) -> None:
    assert [*claims({file: text})] == []


def test_all_who_differ_are_named_and_the_machine_goes_by_its_major_version() -> None:
    here = claim_of_machine("24.3.0")
    assert here is not None
    found = [*claims({".nvmrc": "22", "package.json": '{"engines": {"node": "24"}}'}, "web"), here]
    assert [claim.who for claim in differing(found, PINNED)] == ["web/.nvmrc"]
    assert claim_of_machine("") is None
