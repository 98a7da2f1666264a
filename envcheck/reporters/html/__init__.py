"""The report as one page that needs nothing else: no script, no font, no picture from elsewhere.

`elements` escapes, the modules named after subjects lay one section out each, `page.css` is all of
the style. A policy in the page's head forbids the browser to fetch or run anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from envcheck import __version__
from envcheck.core import figures
from envcheck.reporters.html.banner import banner, headline, title
from envcheck.reporters.html.elements import Html, element, facts, lines, section, text
from envcheck.reporters.html.failures import failures_section
from envcheck.reporters.html.timeline import timeline_section
from envcheck.reporters.html.verdicts import services_section, verdicts_section
from envcheck.reporters.outside import Outside

if TYPE_CHECKING:
    from envcheck.core.report import Report
    from envcheck.reporters.made import Made
    from envcheck.reporters.sentence import Tone

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
_COLOURS: dict[Tone, str] = {"good": "#1a7f37", "look": "#9a6700", "stop": "#cf222e"}


def page(report: Report, made: Made) -> str:
    """The whole page."""
    shown = Outside().report(report)
    body = element(
        "body",
        lines(
            element("header", banner(shown, made)),
            element(
                "main",
                lines(
                    failures_section(shown, made.program),
                    timeline_section(shown.timeline),
                    services_section(shown),
                    verdicts_section(shown, made.program),
                    _run(shown, made),
                ),
            ),
            element("footer", _foot(made)),
        ),
    )
    whole = element("html", lines(_head(shown, made), body), lang="en")
    return f"<!DOCTYPE html>\n{whole}\n"


def _head(report: Report, made: Made) -> Html:
    # The style is ours and holds no text of a run; `<` and `&` are not in it.
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    return element(
        "head",
        lines(
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="generator", content=f"envcheck {__version__}"),
            element("title", text(title(report, made))),
            element("link", rel="icon", href=_icon(headline(report, made)[2])),
            element("style", Html(f"\n{style}")),
        ),
    )


def _icon(tone: Tone) -> str:
    """A dot in the colour of the verdict, so that the tab tells it too."""
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f'<circle cx="8" cy="8" r="7" fill="{_COLOURS[tone]}"/></svg>'
    )
    return f"data:image/svg+xml,{quote(drawn)}"


def _run(report: Report, made: Made) -> Html:
    engine = report.engine
    return section(
        "This run",
        facts(
            ("began", text(made.began.strftime("%d %B %Y, %H:%M:%S %Z"))),
            ("took", text(figures.exactly(report.seconds))),
            ("on", text(made.host)),
            ("profile", text(_profile(report))),
            ("instance", text(report.instance)),
            ("engine", text(f"{engine.kind} {engine.version}, API {engine.api}" if engine else "")),
            ("reached at", text(f"{engine.endpoint} ({engine.chosen_by})" if engine else "")),
            ("exit code", text(f"{int(report.exit_code)} ({report.exit_code.outcome})")),
        ),
    )


def _profile(report: Report) -> str:
    file = report.source.file if report.source else ""
    return f"{report.profile} ({file})" if file and report.profile else report.profile or file


def _foot(made: Made) -> Html:
    when = made.began.strftime("%Y-%m-%d %H:%M %Z")
    return element("p", text(f"Made by envcheck {__version__} on {made.host}, {when}."))
