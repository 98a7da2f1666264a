"""Files with variables: never somebody else's, kept true, and taken away with their instance."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from envcheck.app.session import Session
from envcheck.app.variable_files import agree, remove_all, write_all
from envcheck.core import events as ev
from envcheck.core.errors import UsageError
from envcheck.core.variable_file import Mark, mark_of
from tests.unit.worlds import World, owner, profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.engine.client import DockerEngine

OURS = owner()


class Desk:
    """A session with a fake engine on which the shop is up, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.world = World()
        self.world.up()
        self.events: list[ev.Event] = []
        self.session = Session(
            self.events.append,
            environ={"XDG_STATE_HOME": str(folder / "state"), "DOCKER_HOST": "unix:///none"},
        )
        self.session._engine = cast("DockerEngine", self.world.engine)  # noqa: SLF001
        self.file = folder / ".env.envcheck"

    def write(self, file: str = ".env.envcheck") -> None:
        """As an `up` that went well does."""
        write_all(self.session, profile(), OURS, file)

    def notes(self) -> list[str]:
        """All that was told without being a change."""
        return [event.text for event in self.events if isinstance(event, ev.Note)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    made = Desk(tmp_path)
    yield made
    made.session.close()


def test_it_is_written_for_the_user_alone_and_says_whose_it_is(desk: Desk) -> None:
    desk.write()
    text = desk.file.read_text()
    assert "DATABASE_URL=postgresql://postgres:secret-of-db@127.0.0.1:5432/postgres\n" in text
    mark = mark_of(text)
    assert mark is not None
    assert (mark.instance, mark.intact) == ("shop", True)
    assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600
    assert text.splitlines()[0].startswith("#")


def test_by_its_ending_it_is_for_a_shell(desk: Desk) -> None:
    desk.write("variables.sh")
    assert "\nexport REDIS_URL=redis://" in Path("variables.sh").read_text()


def test_it_goes_with_its_instance(desk: Desk) -> None:
    desk.write()
    remove_all(desk.session, "other")
    assert desk.file.exists()
    remove_all(desk.session, "shop")
    assert not desk.file.exists()
    assert desk.notes()[-1] == f"removed {desk.file}"
    assert desk.session.ledger().variable_files("shop") == ()


def test_it_goes_too_where_the_ledger_was_lost(desk: Desk) -> None:
    desk.write()
    desk.session.ledger().forget_instance("shop")
    remove_all(desk.session, "shop")
    assert not desk.file.exists()


def test_one_that_was_changed_by_hand_stays(desk: Desk) -> None:
    desk.write()
    desk.file.write_text(f"{desk.file.read_text()}MINE=1\n")
    remove_all(desk.session, "shop")
    assert desk.file.exists()
    assert desk.notes()[-1] == f"{desk.file} was changed by hand, so it stays"


def test_it_is_written_again_by_each_up_but_not_over_what_somebody_changed(desk: Desk) -> None:
    desk.write()
    desk.world.engine.stop_container("shop-cache", 0)
    desk.write("")
    assert "REDIS_URL" not in desk.file.read_text()
    changed = f"{desk.file.read_text()}MINE=1\n"
    desk.file.write_text(changed)
    desk.write("")
    assert desk.file.read_text() == changed


@pytest.mark.parametrize("there", ["foreign", "changed", "link"])
def test_what_is_not_ours_is_not_overwritten_unasked(desk: Desk, there: str) -> None:
    if there == "link":
        desk.file.symlink_to("elsewhere")
    elif there == "foreign":
        desk.file.write_text("MINE=1\n")
    else:
        desk.write()
        desk.file.write_text(f"{desk.file.read_text()}MINE=1\n")
    with pytest.raises(UsageError, match="Overwrite it"):
        agree(desk.session, ".env.envcheck")
    desk.session.yes = True
    agree(desk.session, ".env.envcheck")


def test_what_is_ours_or_not_there_needs_no_asking(desk: Desk) -> None:
    agree(desk.session, ".env.envcheck")
    desk.write()
    agree(desk.session, ".env.envcheck")


@pytest.mark.parametrize("file", ["no/such/folder/.env", "."])
def test_where_no_file_can_be_it_is_refused_before_anything_is_done(desk: Desk, file: str) -> None:
    with pytest.raises(UsageError, match="folder"):
        agree(desk.session, file)


def test_a_mark_that_lies_is_none() -> None:
    assert mark_of("MINE=1\n") is None
    assert mark_of("") is None
    assert isinstance(
        mark_of(f"# variables of envcheck instance a on engine b, sha256 {'0' * 64};\n"), Mark
    )
