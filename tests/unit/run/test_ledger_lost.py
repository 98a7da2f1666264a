"""A ledger that is lost or broken: it is made anew from labels, and what is uncertain is kept."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import StepFailed
from envcheck.core.remembered import RememberedInstance
from envcheck.run.ledger import ImageRecord, Ledger

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PAGE = 4096
SHOP = RememberedInstance(
    name="shop",
    profile="webapp",
    root="/code/profiles",
    images={"redis:8": False, "envcheck.local/node:24": True},
    ports={("cache", 6379): 16379},
)
FROM_LABELS = {
    ImageRecord("redis:8", before=True, instances=frozenset({"shop"}), unsure=True),
    ImageRecord("envcheck.local/node:24", before=False, instances=frozenset({"shop"})),
}


def shop() -> Iterable[RememberedInstance]:
    return (SHOP,)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger's file with entries in it."""
    path = tmp_path / "ledger.sqlite3"
    with closing(Ledger(path)) as ledger:
        for number in range(200):
            ledger.use(f"image:{number}", "shop", before=False)
    assert path.stat().st_size > 5 * PAGE
    return path


def test_one_that_is_there_is_not_made_anew(path: Path) -> None:
    with closing(Ledger(path, shop)) as ledger:
        assert (ledger.remembered, ledger.set_aside) == (0, None)
        assert len(ledger.images()) == 200


def test_one_that_is_lost_is_made_from_labels(path: Path) -> None:
    path.unlink()
    with closing(Ledger(path, shop)) as ledger:
        assert ledger.remembered == 1
        assert set(ledger.images()) == FROM_LABELS
        assert ledger.instances() == {"shop"}
        assert ledger.ports("shop") == {"cache": {6379: 16379}}
        assert ledger.jobs("shop") == {}


@pytest.mark.parametrize("rest", [0, 1])
def test_truncated_anywhere_it_is_made_anew_and_nothing_is_thrown_away(
    path: Path, rest: int
) -> None:
    whole = path.read_bytes()
    for pages in range(len(whole) // PAGE):
        kept = whole[: pages * PAGE + rest]
        path.write_bytes(kept)
        with closing(Ledger(path, shop)) as ledger:
            assert set(ledger.images()) == FROM_LABELS
            if pages:  # of less SQLite makes a new one by itself
                assert ledger.set_aside is not None
                assert ledger.set_aside.read_bytes() == kept
                ledger.set_aside.unlink()
        path.unlink()


@pytest.mark.parametrize("page", range(6))
def test_with_garbage_in_a_page_it_works_or_is_made_anew(path: Path, page: int) -> None:
    whole = bytearray(path.read_bytes())
    whole[page * PAGE : (page + 1) * PAGE] = b"\xa5" * PAGE
    path.write_bytes(whole)
    with closing(Ledger(path, shop)) as ledger:
        assert ledger.set_aside is not None
        assert set(ledger.images()) == FROM_LABELS
        ledger.use("node:24", "shop", before=False)
        assert len(ledger.images()) == 3


def test_killed_while_it_is_made_anew_it_is_made_anew_again(tmp_path: Path) -> None:
    def killed() -> Iterable[RememberedInstance]:
        yield SHOP
        raise KeyboardInterrupt

    path = tmp_path / "ledger.sqlite3"
    with pytest.raises(KeyboardInterrupt):
        Ledger(path, killed)
    with closing(Ledger(path, shop)) as ledger:
        assert ledger.remembered == 1
        assert set(ledger.images()) == FROM_LABELS


def test_one_of_a_later_version_is_refused_and_left_as_it_is(path: Path) -> None:
    import sqlite3

    with closing(sqlite3.connect(path)) as later:
        later.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(StepFailed, match="a later version of envcheck has written it") as caught:
        Ledger(path, shop)
    assert caught.value.id == "machine.ledger-unusable"
    assert path.read_bytes() == before
