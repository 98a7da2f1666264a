"""Every task works with whatever is left of the ledger, and keeps what is uncertain."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from envcheck.core import events as ev
from envcheck.core.teardown import leftovers
from tests.unit.fake_place import BROUGHT, FakePlace
from tests.unit.worlds import SHOP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = 4096
PROFILE = SHOP.replace("redis:8.0.2", BROUGHT[0])


def truncated(data: bytes, page: int) -> bytes:
    return data[: page * PAGE]


def garbage(data: bytes, page: int) -> bytes:
    noise = random.Random(page).randbytes(PAGE)  # noqa: S311 - it keeps no secret
    return data[: page * PAGE] + noise + data[(page + 1) * PAGE :]


@pytest.mark.parametrize("damage", [truncated, garbage])
def test_damaged_at_any_page_every_task_works(
    tmp_path: Path, damage: Callable[[bytes, int], bytes]
) -> None:
    place = FakePlace(tmp_path / "state")
    strangers, page, pages = place.strangers(), 0, 1
    while page < pages:
        assert place.up("shop", PROFILE, None) == "done"
        whole = place.ledger_file.read_bytes()
        pages = len(whole) // PAGE
        place.ledger_file.write_bytes(damage(whole, page))
        place.told.clear()
        assert place.up("shop", PROFILE, None) == "done"
        assert place.restless("shop", PROFILE) == []
        broken = any("was broken" in e.text for e in place.told if isinstance(e, ev.Note))
        anew = any("made anew" in e.text for e in place.told if isinstance(e, ev.Note))
        assert anew or not broken
        assert place.down("shop", None) == "done"
        assert place.clean("shop", None) == "done"
        assert leftovers("shop", place.observe()) == ()
        # What was here before us stays in any case; what we brought, where that is not known.
        assert place.strangers() == strangers
        kept = place.observe().image(BROUGHT[0]) is not None
        assert kept == anew, f"page {page}"
        place.forget(BROUGHT[0])
        page += 1
    assert pages > len(("instances", "images", "uses", "jobs", "ports", "runs", "deeds"))
