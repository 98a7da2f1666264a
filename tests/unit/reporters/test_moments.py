"""The timeline of a run that went wrong fits its page, whatever things are called."""

from __future__ import annotations

import pytest

from envcheck.reporters.console.lines import length, trimmed
from envcheck.reporters.console.page import Page
from envcheck.reporters.console.timeline import Moment, timeline

IMAGE = "registry.example.com:5000/a-team/with-a-long-name/postgres-with-extensions:17.11"


@pytest.mark.parametrize("width", [60, 79, 100])
def test_a_long_name_is_cut_and_what_happened_to_it_is_not(width: int) -> None:
    moments = [Moment(0.1, "db", "created"), Moment(5.6, IMAGE, "pulled"), Moment(6.0, "db", "x")]
    lines = timeline(moments, Page(width))
    assert all(length(trimmed(each)) <= width for each in lines)
    text = "\n".join("".join(span.text for span in each) for each in lines)
    assert "registry.example.com" in text
    assert "pulled" in text
