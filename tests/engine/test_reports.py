"""Reports of real runs: all three formats, and the page as a real browser shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, parse

import pytest
import xmlschema

from envcheck.reporters.html import page
from tests.engine.conftest import INSTANCE
from tests.lab.browser import Browser, Visit, browser
from tests.unit.reporters.made import MADE
from tests.unit.reporters.stepwise import STEPWISE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.cli import Cli, Ran
    from tests.unit.reporters.recorded import Run

pytestmark = pytest.mark.engine
HERE = ("webapp", "--instance", INSTANCE)
SCHEMA = Path(__file__).parents[1] / "unit" / "reporters" / "jenkins-junit.xsd"
SECRET = "correct-horse-battery"
# It answers nobody, says its own password, and ends with the code of a program that was killed.
BROKEN = f"""\
name: webapp
services:
  cache: {{image: 'redis:8.0.2'}}
  broken:
    kind: container
    image: redis:8.0.2
    environment: {{API_TOKEN: {SECRET}}}
    command: [sh, -c, 'echo "<b>token $$API_TOKEN</b> & more" >&2; exit 137']
    ports: []
    volumes: ['data:/data']
  after: {{image: 'redis:8.0.2', depends_on: [broken], ports: []}}
"""


@dataclass(frozen=True)
class Reports:
    """What a run wrote, and what it said."""

    ran: Ran
    html: Path
    xml: Path
    json: Path

    def data(self) -> dict[str, Any]:
        """The JSON document."""
        data: dict[str, Any] = json.loads(self.json.read_text())
        return data

    def cases(self) -> dict[str, Element]:
        """The test cases by the verdict's id, of a file that Jenkins accepts."""
        xmlschema.XMLSchema(SCHEMA).validate(str(self.xml))
        found = parse(self.xml).iter("testcase")  # noqa: S314 - it is our own
        return {case.attrib["classname"].removeprefix("envcheck."): case for case in found}


def reported(cli: Cli, *words: str, **variables: str) -> Reports:
    """Run a task with a report of each format, and the timings."""
    files = [cli.folder / f"report.{ending}" for ending in ("html", "xml", "json")]
    flags = [word for file in files for word in ("--report", file.name)]
    return Reports(cli(*words, *flags, "--timings", **variables), *files)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with browser() as found:
        yield found


def looked_at(chromium: Browser, file: Path) -> list[Visit]:
    """The page on a desk and on a telephone, in daylight and at night."""
    return [
        chromium.open(file, width=width, dark=dark)
        for width in (1280, 400)
        for dark in (False, True)
    ]


def assert_sound(visits: list[Visit], file: Path) -> None:
    """Nothing was asked for but the page itself, nothing complained, nothing flowed over."""
    for visit in visits:
        assert visit.requests == (file.resolve().as_uri(),)
        assert visit.complaints == ()
        assert visit.wide == ()
        assert visit.scroll_width <= visit.inner_width
        assert visit.png.startswith(b"\x89PNG")


def test_a_failed_run_is_told_in_every_format(cli: Cli, project: Path, chromium: Browser) -> None:
    (project / "profiles" / "webapp.yaml").write_text(BROKEN)
    run = reported(cli, "up", *HERE)
    assert run.ran.code == 1, run.ran.err

    for told in (
        "failed after",
        "exited with code 137",
        "broken: ",
        "it was killed (SIGKILL)",
        "<b>token •••</b>",
        "Next: docker logs",
        "Timings",
        "the critical path",
    ):
        assert told in run.ran.out, told
    screen = run.ran.out[run.ran.out.index("broken: ") :]
    assert len(screen.splitlines()) <= 40

    cases = run.cases()
    assert [child.tag for child in cases["service.broken.ready"]] == ["failure", "system-err"]
    assert cases["service.after.ready"][0].tag == "skipped"
    assert cases["service.cache.ready"][0].tag == "system-out"

    data = run.data()
    (failure,) = data["failures"]
    assert (failure["service"], failure["state"], failure["exit_code"]) == ("broken", "exited", 137)
    lanes = {lane["name"]: lane for lane in data["timeline"]["lanes"]}
    assert lanes["broken"]["state"] == "failed"
    assert (lanes["after"]["state"], lanes["after"]["because"]) == ("skipped", "broken")

    visits = looked_at(chromium, run.html)
    assert_sound(visits, run.html)
    for visit in visits:
        assert "✗ up webapp" in visit.title
        assert "Not ready: 1 of 3 services failed, 1 skipped." in visit.text
        assert "broken: " in visit.text
        assert "<b>token •••</b> & more" in visit.text

    for text in (run.ran.out, run.ran.err, *(f.read_text() for f in (run.html, run.xml, run.json))):
        assert SECRET not in text


def test_a_good_run_is_told_in_every_format(cli: Cli, chromium: Browser) -> None:
    run = reported(cli, "up", *HERE)
    assert run.ran.code == 0, run.ran.err
    cases = run.cases()
    assert {f"service.{name}.ready" for name in ("db", "cache", "web")} <= set(cases)
    tags = {child.tag for case in cases.values() for child in case}
    assert tags == {"system-out"}  # a warning passes too

    timeline = run.data()["timeline"]
    path = timeline["critical_path"]
    assert path[-1]["name"] == "web"  # it waits for the others, so it is ready last
    assert all(one["end"] <= two["begin"] for one, two in pairwise(path))
    assert sum(step["end"] - step["begin"] for step in path) <= timeline["seconds"]
    (web,) = (lane for lane in timeline["lanes"] if lane["name"] == "web" and lane["needs"])
    assert {*web["needs"]} == {"db", "cache"}
    assert web["state"] == "ready"

    visits = looked_at(chromium, run.html)
    assert_sound(visits, run.html)
    assert all("Ready in" in visit.text for visit in visits)


def test_a_run_that_is_interrupted_leaves_its_reports(cli: Cli, project: Path) -> None:
    profile = project / "profiles" / "webapp.yaml"
    profile.write_text(
        "name: webapp\nservices:\n  cache:\n    image: redis:8.0.2\n    ports: [6379]\n"
        "    timeout: 120\n    verify: [{exec: {command: ['false']}}]\n"
    )
    words = ("up", *HERE, "--report", "report.xml", "--report", "report.json")
    stopped = cli.interrupted(*words, when="cache   starting")
    assert stopped.code == 130, stopped.out + stopped.err
    run = Reports(stopped, project / "report.html", project / "report.xml", project / "report.json")
    assert run.data()["outcome"] == "interrupted"
    assert run.cases()["task"][0].tag == "error"
    assert [file.name for file in project.iterdir() if file.name.startswith(".")] == []


def test_on_github_the_failure_stands_on_the_profiles_line(cli: Cli, project: Path) -> None:
    (project / "profiles" / "webapp.yaml").write_text(BROKEN)
    summary = project / "summary.md"
    runner = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(project),
    }
    up = cli("up", *HERE, "--json", **runner)
    assert up.code == 1
    assert up.report["outcome"] == "unhealthy"  # stdout holds the document and nothing else
    line = BROKEN.splitlines().index("  broken:") + 1
    assert f"::error file=profiles/webapp.yaml,line={line},col=3,title=broken failed" in up.err
    assert "Last lines of its log:" in summary.read_text()
    assert SECRET not in summary.read_text() + up.err


def test_gitlab_gets_its_dotenv_report(cli: Cli) -> None:
    assert cli("up", *HERE).code == 0
    lines = cli("env", *HERE, "--format", "gitlab").out.splitlines()
    assert [line.partition("=")[0] for line in lines] == ["DATABASE_URL", "REDIS_URL", "WEB_URL"]
    assert "'" not in "".join(lines)


@pytest.mark.parametrize("run", STEPWISE, ids=lambda run: run.name)
def test_no_recorded_run_makes_the_page_flow_over(
    chromium: Browser, tmp_path: Path, run: Run
) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(run.report, MADE))
    assert_sound(looked_at(chromium, file), file)


def test_the_browser_would_tell_of_a_page_that_is_not_sound(
    chromium: Browser, tmp_path: Path
) -> None:
    """Without that, the assertions above could not be believed."""
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!DOCTYPE html><title>bad</title><div style='width: 3000px'>wide</div>"
        "<img src='http://127.0.0.1:9/x.png'><script>console.error('oh'); nothing()</script>"
    )
    visit = chromium.open(bad, width=400)
    assert "http://127.0.0.1:9/x.png" in visit.requests
    assert any("oh" in complaint for complaint in visit.complaints)
    assert any("nothing is not defined" in complaint for complaint in visit.complaints)
    assert visit.scroll_width > visit.inner_width == 400
    assert "DIV" in visit.wide
    chromium.open(bad, width=1280)
