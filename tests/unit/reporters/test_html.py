"""The HTML report: one page that needs nothing else, in which no text of a run becomes markup."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcheck.core import events as ev
from envcheck.core.errors import ExitCode
from envcheck.core.report import fold
from envcheck.reporters.html import page
from envcheck.reporters.html.picture import tick
from tests.effort import few
from tests.unit.reporters.anything import runs
from tests.unit.reporters.made import MADE
from tests.unit.reporters.recorded import (
    CONNECT,
    DOCTOR,
    INTERRUPTED,
    ONBOARD,
    PASSWORD,
    PULL_FAILED,
    RUNS,
    UP_NOTHING,
    Run,
)
from tests.unit.reporters.stepwise import FAILED, MANY_FAILED, STEPWISE, TWELVE, WELL

VOID = {"meta", "link", "br"}
OURS = {
    *("html", "head", "body", "meta", "title", "link", "style", "header", "main", "footer"),
    *("section", "article", "div", "figure", "figcaption", "h1", "h2", "h3", "p", "span"),
    *("ul", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"),
    *("pre", "code", "details", "summary"),
    *("svg", "g", "title", "desc", "text", "tspan", "line", "rect", "circle", "path"),
}


@dataclass
class Parsed(HTMLParser):
    """A page, taken apart: elements in their order, and the text in each kind of them."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It must be the one that began last."""
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text."""
        self.texts.append((self.stack[-1] if self.stack else "", data))

    def handle_comment(self, data: str) -> None:
        """There is none in our pages."""
        raise AssertionError(data)

    def text(self, *tags: str) -> str:
        """The text in elements of these names; all that can be read, if none is named."""
        return " ".join(
            data for tag, data in self.texts if (tag in tags if tags else tag != "style")
        )

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of that name."""
        return [attributes for name, attributes in self.elements if name == tag]


def parsed(run: Run) -> Parsed:
    found = Parsed()
    found.feed(page(run.report, MADE))
    found.close()
    assert found.stack == []
    return found


def assert_alone(found: Parsed) -> None:
    """The page is made of our elements only, runs nothing and fetches nothing."""
    assert {tag for tag, _ in found.elements} <= OURS
    for tag, attributes in found.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert "src" not in attributes
        assert "href" not in attributes or (
            tag == "link" and (attributes["href"] or "").startswith("data:image/svg+xml,")
        )
    style = found.text("style")
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("run", [*RUNS, *STEPWISE], ids=lambda run: run.name)
def test_every_recorded_run_makes_a_page_that_stands_alone(run: Run) -> None:
    found = parsed(run)
    assert_alone(found)
    assert PASSWORD not in found.rawdata + found.text()
    assert len(found.all("h1")) == 1


@given(runs())
@settings(max_examples=few(15), deadline=None)
def test_no_text_of_a_run_becomes_markup(run: Run) -> None:
    assert_alone(parsed(run))


def test_the_browser_is_forbidden_to_fetch_and_to_run() -> None:
    policies = [m["content"] for m in parsed(WELL).all("meta") if "http-equiv" in m]
    assert policies == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
    ]


@pytest.mark.parametrize(
    ("run", "title", "first"),
    [
        (WELL, "✓ up webapp: Ready in 3.6 s", "Ready in 3.6 s: "),
        (FAILED, "✗ up webapp: Not ready: 1 of 3", "Not ready: 1 of 3 services failed, 1 skipped."),
        (PULL_FAILED, "✗ up webapp: postgres:17.11", "postgres:17.11 cannot be pulled: no"),
        (INTERRUPTED, "! up webapp: Interrupted", "Interrupted after 3.2 s: what was made is kept"),
        (DOCTOR, "✗ doctor: permission denied", "permission denied on /var/run/docker.sock"),
    ],
    ids=lambda value: value.name if isinstance(value, Run) else "",
)
def test_the_verdict_is_the_title_and_the_first_thing_to_read(
    run: Run, title: str, first: str
) -> None:
    run = replace(run, timed=(*run.timed, *_stop(run)))
    found = parsed(run)
    assert found.text("title").startswith(title)
    assert first in found.text("h1")


def _stop(run: Run) -> list[tuple[float, ev.Event]]:
    """The error with which a recorded run ends, where it is kept apart."""
    return [(run.seconds, run.error)] if run.error else []


def test_each_exit_code_has_a_headline() -> None:
    for code in ExitCode:
        if code is ExitCode.OK:
            continue
        failed = ev.Failed("some.id", "what happened", int(code))
        found = Parsed()
        found.feed(page(fold([ev.Started("up", "webapp"), failed]), MADE))
        assert found.text("h1").strip(), code


def test_a_failure_is_told_with_all_that_was_captured() -> None:
    text = parsed(FAILED).text()
    for told in (
        "db: the data in volume webapp_db-data was made by PostgreSQL 15, the profile pins 17.11.",
        "exited with code 1",
        "connection refused",
        "postgres.data-other-major",
        "DETAIL: The data directory was initialized by PostgreSQL version 15",
        "FATAL:  database files are incompatible with server",
        "This loses data.",
        "./inv clean webapp --only db",
        "skipped: needs db",
    ):
        assert told in text, told


def test_the_failures_stand_in_the_order_in_which_they_came() -> None:
    text = parsed(MANY_FAILED).text("h3", "span")
    places = [text.index(f"{name}: ") for name in ("cache", "worker", "mailer", "db", "web")]
    assert places == sorted(places)


def test_commands_can_be_copied_as_text_and_reached_with_the_keyboard() -> None:
    found = parsed(FAILED)
    commands = [a for a in found.all("pre") if a.get("class") == "command"]
    assert commands
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in found.all("pre"))
    assert "./inv clean webapp --only db" in found.text("code")


def test_services_stand_with_image_digest_source_version_endpoint_and_seconds() -> None:
    text = parsed(WELL).text("td", "code", "span")
    for told in (
        *("postgres:17.11", "sha256:87c4", "registry", "17.11", "127.0.0.1:5432", "1.40 s"),
        *("redis:8.0.2", "sha256:41ad", "local", "8.0.2", "127.0.0.1:6379", "0.10 s"),
    ):
        assert told in text, told


def test_verdicts_are_grouped_by_what_they_are_about() -> None:
    found = parsed(ONBOARD)
    groups = found.text("h3")
    assert groups.index("Docker") < groups.index("This machine") < groups.index("Db")
    assert "41 GB free where Docker keeps its data" in found.text("span")


def test_the_run_the_engine_and_the_profile_are_named() -> None:
    text = parsed(WELL).text()
    for told in (
        "23 November 2026, 10:14:02 CET",
        "annas-laptop",
        "webapp (profiles/webapp.yaml)",
        "docker 28.5.2, API 1.51",
        "unix:///var/run/docker.sock (default)",
        "0 (ok)",
    ):
        assert told in text, told


def test_the_picture_has_a_lane_for_each_service_and_marks_the_critical_path() -> None:
    found = parsed(WELL)
    names = [data for tag, data in found.texts if tag == "tspan"]
    assert names == [
        "network, volumes",
        "db",
        "cache",
        "web",
        "after cache, db",
        "after cache, db",  # once for a wide page, once for a narrow one
    ]
    looks = [attributes.get("class") for attributes in found.all("rect")]
    legend = 5
    assert looks.count("critical") == len(WELL.report.timeline.path) + 1  # and in the legend
    phases = sum(
        phase.name != "wait" for lane in WELL.report.timeline.lanes for phase in lane.phases
    )
    assert len(looks) == phases + looks.count("critical") - 1 + legend
    held = [attributes["class"] for attributes in found.all("line") if "held" in str(attributes)]
    assert held == ["held on-path"]  # web went on when db was ready


def test_nothing_stands_out_of_the_picture() -> None:
    for attributes in parsed(TWELVE).all("rect"):
        if "x" in attributes:
            x, wide = (float(str(attributes[name]).rstrip("%")) for name in ("x", "width"))
            assert x >= 0
            assert x + wide <= 100.5


def test_what_was_critical_is_told_in_words_too() -> None:
    text = parsed(WELL).text("td", "h3")
    assert "The critical path: what the 3.60 s went into" in text
    assert "network webapp" in text
    assert parsed(WELL).all("details")


def test_a_run_without_steps_has_no_picture() -> None:
    assert not [a for a in parsed(UP_NOTHING).all("figure") if a.get("class") == "timeline"]


@given(st.floats(0.001, 100_000))
def test_the_axis_has_few_marks_at_round_seconds(seconds: float) -> None:
    step = tick(seconds)
    assert seconds / step <= 6
    digits = f"{step:.5f}".strip("0.")
    assert digits in ("1", "2", "5")


def test_connection_variables_are_no_part_of_the_page() -> None:
    run = replace(WELL, timed=(*WELL.timed, (9.0, CONNECT)))
    assert "DATABASE_URL" not in page(run.report, MADE)
