"""What acts do to objects, as a run's journal has it."""

from __future__ import annotations

from envcheck.core.commands import commands
from envcheck.core.deeds import Deed, deeds_of, made
from tests.unit.core.test_commands import EVERY_ACT

ONLY_MARKS_OR_WAITS = {"AwaitJob", "LeaveSeed"}


def test_every_act_that_docker_has_a_command_for_is_a_deed() -> None:
    for act in EVERY_ACT:
        expected = bool(commands(act)) and type(act).__name__ not in ONLY_MARKS_OR_WAITS
        assert bool(deeds_of(act)) == expected, act


def test_what_was_begun_counts_as_made_until_it_is_removed() -> None:
    volume, image = Deed("create", "volume", "data", done=True), Deed("pull", "image", "redis:8")
    start = Deed("start", "container", "shop-db", done=True)
    gone = Deed("remove", "volume", "data", done=True)
    assert made((volume, image, start)) == (volume, image)
    assert made((volume, image, gone)) == (image,)
    assert made((volume, Deed("remove", "volume", "data"))) == (volume,)
    assert made((volume, gone, volume)) == (volume,)
