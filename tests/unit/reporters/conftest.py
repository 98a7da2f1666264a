"""What all tests of the reporters share."""

from __future__ import annotations

import pytest

from envcheck.reporters.console import live


@pytest.fixture(autouse=True)
def _ticker_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Screens are drawn when a test asks, not in between."""
    monkeypatch.setattr(live, "_TICK", 3600)
