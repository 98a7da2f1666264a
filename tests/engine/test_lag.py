"""A service that is ready is known to be ready soon after."""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING

import pytest

from tests.bench import lag

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.engine
STARTS = 3
MOST = 0.15
"""Seconds; three times the aim, since other work may go on beside the tests."""


def test_what_a_service_wrote_is_known_soon(
    images: None, tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    profile = tmp_path / "lag.yaml"
    profile.write_text(json.dumps(lag.PROFILE))
    lags = [lag.one_start(profile) for _ in range(STARTS)]
    lag.put_away(profile)
    medians = {name: statistics.median(found[name] for found in lags) for name in lag.SAYS}
    assert all(0 <= median < MOST for median in medians.values()), medians
