"""Generated passwords: made up once, kept with the data, never made up anew for it."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING, cast

import pytest

from envcheck.app import passwords
from envcheck.app.passwords import LENGTH
from envcheck.app.session import Session
from envcheck.core.errors import StepFailed, UsageError
from envcheck.core.passwords import Password, wanted
from envcheck.core.spec import Label, VolumeSpec
from tests.unit.worlds import World, profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.core import events as ev
    from envcheck.engine.client import DockerEngine

TEXT = """
name: shop
services:
  db: {image: 'postgres:17.11', environment: {POSTGRES_PASSWORD: generate}}
  web:
    image: node:24.21.0
    environment: {URL: 'postgresql://postgres:${db.POSTGRES_PASSWORD}@db'}
"""
DB = Password("db", "POSTGRES_PASSWORD")


class Desk:
    """A session with a fake engine and a state folder of its own."""

    def __init__(self, state: Path) -> None:
        self.world = World()
        self.events: list[ev.Event] = []
        self.session = Session(self.events.append, environ={"XDG_STATE_HOME": str(state)})
        self.session._engine = cast("DockerEngine", self.world.engine)  # noqa: SLF001

    @property
    def file(self) -> Path:
        """Where the shop's passwords are kept."""
        return self.session.folder() / "passwords" / "shop.json"

    def made(self, instance: str = "shop") -> str:
        """The password of an instance's database, as `up` has it."""
        found = passwords.made(self.session, profile(TEXT), instance)
        assert wanted(found) == ()
        return found.services["db"].environment["POSTGRES_PASSWORD"]

    def volume(self, instance: str = "shop") -> None:
        """Make the volume of its data."""
        labels = {Label.INSTANCE: instance, Label.SERVICE: "db"}
        self.world.engine.create_volume(VolumeSpec(f"{instance}_db-data", labels))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    yield found
    found.session.close()


def test_a_password_is_strong_and_for_the_user_alone(desk: Desk) -> None:
    password = desk.made()
    assert LENGTH >= 24
    assert re.fullmatch(f"[A-Za-z0-9]{{{LENGTH}}}", password)
    assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.file.parent.stat().st_mode) == 0o700
    assert password not in repr(desk.events)


def test_it_is_the_same_ever_after_and_another_for_another_instance(desk: Desk) -> None:
    password = desk.made()
    desk.volume()
    assert desk.made() == password
    found = passwords.known(desk.session, profile(TEXT), "shop")
    assert found.services["web"].environment["URL"] == f"postgresql://postgres:{password}@db"
    assert desk.made("shop-two") != password


def test_nothing_is_made_up_for_those_who_only_look(desk: Desk) -> None:
    assert wanted(passwords.known(desk.session, profile(TEXT), "shop")) == (DB,)
    assert not desk.file.exists()
    shown = passwords.shown(profile(TEXT)).services["web"].environment["URL"]
    assert shown == "postgresql://postgres:GENERATED@db"


def test_no_new_password_is_made_up_for_data_that_has_one(desk: Desk) -> None:
    desk.volume()
    with pytest.raises(StepFailed) as caught:
        desk.made()
    assert caught.value.id == "passwords.lost"
    assert "volume shop_db-data was made with one" in caught.value.what
    assert caught.value.fix is not None
    assert caught.value.fix.commands == ("envcheck clean --instance shop --only db",)
    assert not desk.file.exists()


def test_a_container_that_still_has_it_is_pointed_to(desk: Desk) -> None:
    desk.world.up()
    with pytest.raises(StepFailed) as caught:
        desk.made()
    assert caught.value.fix is not None
    assert caught.value.fix.commands[0] == (
        "docker inspect --format '{{json .Config.Env}}' shop-db"
    )


def test_it_goes_with_its_data_and_not_before(desk: Desk) -> None:
    desk.made()
    desk.volume()
    passwords.forget(desk.session, "shop", desk.world.engine.observe())
    assert desk.file.exists()
    desk.world.engine.remove_volume("shop_db-data")
    passwords.forget(desk.session, "shop", desk.world.engine.observe())
    assert not desk.file.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"db": "x"}', '{"db.X": 1}', '{"db.X": ""}'])
def test_a_damaged_file_is_named_and_not_quoted(desk: Desk, text: str) -> None:
    desk.made()
    desk.file.write_text(text)
    with pytest.raises(StepFailed) as caught:
        desk.made()
    assert caught.value.id == "passwords.unreadable"
    assert caught.value.__suppress_context__


def test_data_that_comes_from_a_snapshot_brings_its_password(desk: Desk) -> None:
    given = {str(DB): "of-the-snapshot", "gone.PASSWORD": "of-nobody"}
    passwords.take_over(desk.session, profile(TEXT), "shop", given)
    assert desk.made() == "of-the-snapshot"
    assert passwords.on_record(desk.session, "shop", {"db"}) == {str(DB): "of-the-snapshot"}
    assert passwords.on_record(desk.session, "shop", {"web"}) == {}


def test_data_with_another_password_is_not_taken_for_this_instance_s(desk: Desk) -> None:
    mine = desk.made()
    whole = passwords.known(desk.session, profile(TEXT), "shop")
    with pytest.raises(UsageError) as caught:
        passwords.take_over(desk.session, whole, "shop", {str(DB): "of-the-snapshot"})
    assert caught.value.id == "snapshot.other-passwords"
    assert "of-the-snapshot" not in f"{caught.value.what}{caught.value.fix}"
    passwords.take_over(desk.session, whole, "shop", {str(DB): mine})
    assert desk.made() == mine
