"""Programs that a profile names are looked for first; who names another Node is told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.app.checks.exam import Exam
from envcheck.app.checks.fitness import MachineUnfit, fit_tools
from envcheck.app.checks.node import node_checks
from envcheck.app.session import Session
from envcheck.app.up import up
from envcheck.core.errors import ProfileInvalid
from envcheck.core.events import Checked, Event
from envcheck.core.parsing.reader import read_profile
from envcheck.core.spec import Owner
from envcheck.services.catalogue import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.core.events import Result
    from envcheck.core.profile import Profile

OWNER = Owner("shop", "shop", "/nowhere", "0")


def program(folder: Path, name: str, says: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)


@pytest.fixture
def bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found, but for the shell's own."""
    folder = tmp_path / "bin"
    program(folder, "good", "good 2.5.1")
    program(folder, "old", "version 1.0")
    program(folder, "mute", "")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def profile(text: str, root: str = "/nowhere") -> Profile:
    return read_profile(
        f"name: shop\n{text}\n", file="shop.yaml", root=root, environ={}, vocabulary=vocabulary()
    )


def told(tools: str) -> tuple[dict[str, str], str]:
    """What is told of the programs, and how it ends."""
    events: list[Event] = []
    shop = profile(f"tools: {{{tools}}}\nservices: {{cache: {{image: 'redis:8.0.2'}}}}")
    end = ""
    try:
        fit_tools(Session(emit=events.append), shop, OWNER)
    except MachineUnfit as error:
        end = error.what
    results = [event.result for event in events if isinstance(event, Checked)]
    return {result.id: result.fault or result.status for result in results}, end


def test_nothing_is_told_of_what_will_do(bin: Path) -> None:
    assert told('good: ">=2"') == ({}, "")


def test_all_that_is_missing_or_too_old_is_told_at_once(bin: Path) -> None:
    found, end = told('good: ">=2", old: ">=2", absent: "", mute: ">=1"')
    assert found == {
        "tools.old": "tools.other-version",
        "tools.absent": "tools.missing",
        "tools.mute": "warn",
    }
    assert end == "this machine cannot run it yet: tools.other-version, tools.missing"


def test_up_ends_before_the_engine_is_asked(
    bin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profiles").mkdir()
    text = "name: shop\ntools: {absent: ''}\nservices: {cache: {image: 'redis:8.0.2'}}\n"
    (tmp_path / "profiles/shop.yaml").write_text(text)
    session = Session(emit=lambda _event: None, environ={"DOCKER_HOST": "unix:///nowhere"})
    with pytest.raises(MachineUnfit, match=r"tools\.missing"):
        up(session, "shop")
    assert not session.connected


def test_all_variables_that_are_missing_are_told_at_once() -> None:
    variables = "A: '${KEY_A:?ask the team}', B: '${KEY_B:?}', C: '${KEY_C?see the vault}'"
    with pytest.raises(ProfileInvalid) as error:
        profile(f"services: {{app: {{image: 'x:1.0', environment: {{{variables}}}}}}}")
    messages = [problem.message for problem in error.value.problems]
    assert messages == [
        "the variable KEY_A is not set or is empty: ask the team",
        "the variable KEY_B is not set or is empty",
        "the variable KEY_C is not set: see the vault",
    ]
    assert error.value.problems[0].hint == "export KEY_A=…"


def of_node(folder: Path, image: str = "node:24.21.0", **files: str) -> list[Result]:
    (folder / "profiles").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / {"nvmrc": ".nvmrc", "package": "package.json"}[name]).write_text(text)
    shop = profile(f"services: {{web: {{image: '{image}'}}}}", str(folder / "profiles"))
    exam = Exam(Session(emit=lambda _event: None), OWNER, shop)
    return [check.look(exam) for check in node_checks(shop)]


def test_without_anybody_else_who_names_a_node_there_is_nothing_to_compare(
    bin: Path, tmp_path: Path
) -> None:
    assert of_node(tmp_path) == []


def test_a_node_that_tells_no_version_is_nothing_to_compare_with(bin: Path, tmp_path: Path) -> None:
    program(bin, "node", "")
    (found,) = of_node(tmp_path)
    assert (found.status, found.summary) == ("skip", "the Node of this machine tells no version")


def test_those_who_name_another_node_are_named(bin: Path, tmp_path: Path) -> None:
    program(bin, "node", "v22.3.0")
    (found,) = of_node(tmp_path, nvmrc="24", package='{"engines": {"node": "<20"}}')
    assert (found.id, found.status, found.fault) == ("node.web", "warn", "node.versions-differ")
    assert found.summary == (
        "24.21.0 in the container, but package.json says <20 and this machine has 22.3.0"
    )


def test_those_who_mean_the_same_are_a_pass(bin: Path, tmp_path: Path) -> None:
    program(bin, "node", "v24.1.0")
    (found,) = of_node(tmp_path, nvmrc="v24.21.0")
    assert found.status == "pass"
    assert found.summary == "24.21.0 in the container, as .nvmrc and this machine would have it"


def test_an_image_without_a_version_is_compared_with_nothing(bin: Path, tmp_path: Path) -> None:
    (found,) = of_node(tmp_path, image=f"node@sha256:{'0' * 64}", nvmrc="24")
    assert found.status == "skip"
