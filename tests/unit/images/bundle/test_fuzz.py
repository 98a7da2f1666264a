"""Two thousand bundles that are none: each is refused by its name, and nothing comes of it."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import EnvcheckError
from envcheck.images.bundle.seal import SIZE
from tests.effort import few
from tests.unit.images.bundle import small
from tests.unit.images.bundle.attacks import ATTACKS, BUNDLE
from tests.unit.images.bundle.loading import Place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.images.bundle.attacks import Attack

SEED = 20261124
UNTOUCHED = {"outside/canary": b"alive"}


def test_with_four_times_the_effort_there_are_two_thousand() -> None:
    assert sum(count for _, count in ATTACKS) >= 2000


@pytest.mark.parametrize(("attack", "count"), ATTACKS, ids=lambda x: getattr(x, "__name__", ""))
def test_each_is_refused_and_nothing_comes_of_it(
    tmp_path: Path, attack: Attack, count: int
) -> None:
    random, place = Random(f"{SEED} {attack.__name__}"), Place(tmp_path)  # noqa: S311 - the same each time
    ids: Counter[str] = Counter()
    for number in range(few(count // 4)):
        bundle = attack(random)
        if bundle == BUNDLE:  # pieces that are the same were exchanged
            continue
        with pytest.raises(EnvcheckError) as caught:
            place.load(bundle, yes=True)
        error = caught.value
        assert error.id.startswith("bundle."), (number, error.id)
        assert error.what.isprintable(), (number, error.what)
        assert len(error.what) < 400, (number, error.what)
        ids[error.id] += 1
        assert place.files() == UNTOUCHED, (number, ids)
        assert place.store.loaded == []
    assert sum(ids.values()) > few(count // 4) * 0.95


def test_what_is_packed_in_another_way_holds_the_same_or_is_refused(tmp_path: Path) -> None:
    """Where somebody changes the packing itself and seals it anew: zstd leaves a few bits free.

    Such a file may be loaded, since what is in it was compared and is the same to the byte.
    """
    random, place = Random(SEED), Place(tmp_path)  # noqa: S311 - the same each time
    inner = BUNDLE[SIZE:]
    place.load(BUNDLE)
    meant, sent = place.files(), place.store.loaded.pop()
    loaded = 0
    for _ in range(few(75)):
        raw = bytearray(inner)
        raw[random.randrange(len(raw))] ^= 1 << random.randrange(8)
        try:
            place.load(small.sealed(bytes(raw)))
        except EnvcheckError:
            continue
        loaded += 1
        assert place.files() == meant
        assert place.store.loaded.pop() == sent
    assert loaded < few(75) * 0.1
