"""The page's colours can be told from what is behind them, by day and by night.

The ratios are those of WCAG 2.2: 4.5 for text (success criterion 1.4.3), 3 for the parts of a
picture (1.4.11).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envcheck.reporters import html

STYLE = (Path(html.__file__).with_name("page.css")).read_text()
DAY, NIGHT = (
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
)
TEXTS = [
    *((text, "page") for text in ("text", "grey", "good", "look", "stop", "focus")),
    *((text, "card") for text in ("text", "grey")),
    *((tone, f"{tone}-soft") for tone in ("good", "look", "stop")),
]
PARTS = ("critical", "bring", "make", "start", "verify", "grey", "stop", "good", "focus")


def luminance(colour: str) -> float:
    """How bright a colour is, from 0 to 1."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, from 1 to 21."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=["day", "night"])
def test_every_text_can_be_read(colours: dict[str, str]) -> None:
    for text, ground in TEXTS:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize("colours", [DAY, NIGHT], ids=["day", "night"])
def test_every_part_of_the_picture_can_be_seen(colours: dict[str, str]) -> None:
    for part in PARTS:
        assert contrast(colours[part], colours["page"]) >= 3, part


def test_every_colour_has_its_night_form_and_none_stands_elsewhere() -> None:
    assert DAY.keys() == NIGHT.keys()
    used = set(re.findall(r"var\(--([a-z-]+)\)", STYLE))
    assert used - {"tone"} <= DAY.keys()
    rest = re.sub(r":root \{.*?\}", "", STYLE, flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-f]{3,6}\b", rest)
