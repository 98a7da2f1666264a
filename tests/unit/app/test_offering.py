"""New files for a project: shown, asked about, and never in place of one that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.app.ci import ci_init
from envcheck.app.init import init
from envcheck.app.loading import load
from envcheck.app.session import Session
from envcheck.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PACKAGE = '{"dependencies": {"pg": "^8"}}'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "My Shop"
    folder.mkdir()
    (folder / "package.json").write_text(PACKAGE)
    monkeypatch.chdir(folder)
    return folder


def session(*, yes: bool = False, says: bool | None = None) -> Session:
    """A run in which all is agreed to, or somebody is asked who says so, or nobody is there."""

    def ask(lines: Sequence[str], _question: str) -> bool:
        assert lines
        return bool(says)

    return Session(emit=lambda _event: None, yes=yes, ask=None if says is None else ask)


@pytest.mark.parametrize("allowed", [session(yes=True), session(says=True)])
def test_init_writes_a_profile_that_can_be_loaded(allowed: Session, project: Path) -> None:
    offered = init(allowed, "", "redis")
    assert (offered.file, offered.written) == ("profiles/my-shop.yaml", True)
    assert [*load(session(), "my-shop").services] == ["db", "cache"]
    files = sorted(path.name for path in (project / "profiles").iterdir())
    assert files == ["my-shop.yaml", "schema.json"]


def test_without_anybody_to_ask_it_is_only_shown(project: Path) -> None:
    offered = init(session(), "shop", "")
    assert not offered.written
    assert "postgres" in offered.text
    assert not (project / "profiles").exists()


def test_who_says_no_gets_nothing(project: Path) -> None:
    with pytest.raises(UsageError, match="not agreed to"):
        init(session(says=False), "shop", "")
    assert not (project / "profiles").exists()


@pytest.mark.parametrize("there", ["shop.yaml", "shop.yml"])
def test_a_profile_that_is_there_stays(there: str, project: Path) -> None:
    (project / "profiles").mkdir()
    (project / "profiles" / there).write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        init(session(yes=True), "shop", "")
    assert (project / "profiles" / there).read_text() == "mine"


def test_nothing_found_and_nothing_said_is_an_error_that_says_what_to_say(project: Path) -> None:
    (project / "package.json").unlink()
    with pytest.raises(UsageError) as error:
        init(session(yes=True), "shop", "")
    assert error.value.fix is not None
    assert error.value.fix.commands == ("envcheck init shop --services postgres,redis",)


def test_a_kind_that_there_is_not_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="'postgre'") as error:
        init(session(yes=True), "shop", "postgre")
    assert error.value.fix is not None
    assert error.value.fix.text == "did you mean 'postgres'?"


def test_ci_init_takes_the_command_that_is_given_as_one_would_type_it(project: Path) -> None:
    init(session(yes=True), "shop", "")
    (workflow,) = ci_init(session(yes=True), "init", "github", "shop", ("echo", "a b"))
    assert workflow.file == ".github/workflows/envcheck-shop.yml"
    assert "envcheck run --ci shop -- echo 'a b'\n" in workflow.text
    with pytest.raises(UsageError, match="is there already"):
        ci_init(session(yes=True), "init", "github", "shop", ("true",))


def test_ci_init_knows_pytest_and_asks_for_any_other_command(project: Path) -> None:
    init(session(yes=True), "shop", "")
    with pytest.raises(UsageError, match="which command"):
        ci_init(session(), "init", "github", "shop", ())
    (project / "requirements-dev.txt").write_text("envcheck==1\npytest\n")
    (workflow,) = ci_init(session(), "init", "github", "shop", ())
    assert "-- python -m pytest\n" in workflow.text
    assert "pip install -r requirements-dev.txt\n" in workflow.text


def test_ci_init_leaves_gitlabs_own_file_and_says_nothing_of_another(project: Path) -> None:
    init(session(yes=True), "shop", "")
    assert len(ci_init(session(), "init", "gitlab", "shop", ("true",))) == 2
    (project / ".gitlab-ci.yml").write_text("mine")
    (workflow,) = ci_init(session(yes=True), "init", "gitlab", "shop", ("true",))
    assert workflow.file == ".gitlab/envcheck-shop.yml"
    assert (project / ".gitlab-ci.yml").read_text() == "mine"


@pytest.mark.parametrize(
    ("action", "system"), [("", ""), ("init", ""), ("init", "x"), ("x", "github")]
)
def test_ci_knows_one_action_and_two_systems(action: str, system: str) -> None:
    with pytest.raises(UsageError, match="init"):
        ci_init(session(), action, system, "shop", ())
