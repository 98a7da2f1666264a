"""Runs with anything in their events, for the laws that hold whatever happens."""

from __future__ import annotations

from hypothesis import strategies as st

from envcheck.core import events as ev
from envcheck.core.errors import Fix, Problem
from envcheck.core.profile import Place
from tests.unit.reporters.recorded import LONG_COMMAND, Run

ESCAPES = st.sampled_from(
    ["\x1b[31m", "\x1b[2J", "\x1b]0;title\x07", "\x9b1A", "\r", "\t", "\u202e"]
)
MARKUP = st.sampled_from(
    [
        *("]]>", "</pre></details>", "<script>alert(1)</script>", "<!--", "&#60;", '" onload="x'),
        *("| a |\n|---|", "```", "\n\n# title", "[a](http://example.org)", "::error::x", "%0A::x"),
        *("\ud800", "\x00", "\ufffe"),
    ]
)
PROSE = st.lists(st.one_of(st.text(max_size=30), ESCAPES, MARKUP), max_size=8).map(" ".join)
TEXTS = st.lists(PROSE, max_size=3).map(tuple)
NAME = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=16)
SECONDS = st.floats(0, 500)
BYTES = st.none() | st.integers(0, 10**12)
KIND = st.sampled_from(["container", "network", "volume", "image"])
ACTION = st.sampled_from(["created", "started", "stopped", "removed", "recreated"])
SOURCE = st.sampled_from(["registry", "recipe", "build", "local"])
STATUS = st.sampled_from(["pass", "warn", "fail", "skip", "error"])
FIX = st.none() | st.builds(Fix, PROSE, st.just(()), st.booleans())
RESULT = st.builds(ev.Result, NAME, NAME, STATUS, PROSE, SECONDS, TEXTS, FIX)
CHANGE = st.builds(ev.Change, ACTION, KIND, PROSE, PROSE, BYTES)
READY = st.builds(
    ev.ServiceReady,
    *(NAME, NAME, NAME, SOURCE, NAME, PROSE, PROSE, PROSE, SECONDS, TEXTS, TEXTS, st.booleans()),
)
FAILED_SERVICE = st.builds(
    ev.ServiceFailed,
    *(NAME, NAME, NAME, PROSE, SECONDS, TEXTS, TEXTS, FIX, NAME, NAME, SOURCE),
    *(st.sampled_from(["", "exited"]), st.none() | st.integers(0, 255), PROSE, PROSE),
)

PLACE = st.builds(Place, PROSE, st.integers(1, 99), st.integers(1, 99))
PROBLEM = st.builds(Problem, PROSE, st.integers(1, 99), st.integers(1, 99), PROSE, PROSE)
ACT = st.sampled_from(["CreateContainer", "StartContainer", "AwaitReady", "PullImage"])
STAGE = st.sampled_from(["images", "services"])
NUMBER = st.integers(1, 5)
AFTER = st.lists(NUMBER, max_size=3).map(tuple)

EVENTS: st.SearchStrategy[ev.Event] = st.one_of(
    st.builds(ev.Section, NAME),
    st.builds(ev.CheckStarted, NAME, NAME),
    st.builds(ev.Checked, RESULT),
    st.builds(ev.CommandStarted, st.just(LONG_COMMAND)),
    st.builds(ev.CommandOutput, PROSE),
    st.builds(ev.ImageProgress, PROSE, PROSE, BYTES, BYTES),
    st.builds(ev.ImageReady, PROSE, NAME, SOURCE, NAME, SECONDS, PROSE, st.booleans()),
    st.builds(ev.ServiceProgress, NAME, st.sampled_from(["waiting", "starting"]), PROSE),
    READY,
    FAILED_SERVICE,
    st.builds(ev.ServiceSkipped, NAME, PROSE),
    st.builds(ev.Changed, CHANGE),
    st.builds(ev.Kept, KIND, PROSE, PROSE),
    st.builds(ev.LeftBehind, KIND, PROSE, PROSE),
    st.builds(ev.WouldRemove, KIND, PROSE, BYTES),
    st.builds(ev.NothingLeft, NAME, PROSE),
    st.builds(ev.Asking, PROSE),
    st.builds(ev.HandedOver, PROSE),
    st.builds(ev.Freed, st.integers(0, 10**12)),
    st.builds(ev.TakenBack, st.sampled_from(["down", "clean"]), TEXTS),
    st.builds(ev.Note, PROSE),
    st.builds(
        ev.Failed,
        *(NAME, PROSE, st.sampled_from([2, 3, 4, 70, 130]), TEXTS, FIX),
        st.lists(PROBLEM, max_size=2).map(tuple),
    ),
    st.builds(ev.ProfileRead, PROSE, st.dictionaries(NAME, PLACE, max_size=3)),
    st.builds(ev.StepStarted, STAGE, NUMBER, ACT, PROSE, st.just("") | NAME, AFTER),
    st.builds(ev.StepEnded, STAGE, NUMBER, st.sampled_from(["done", "failed", "skipped"])),
)
COMMAND = st.sampled_from(["up", "onboard", "doctor", "check", "down", "clean", "run", "status"])
SHORT_NAME = st.text("abc", min_size=1, max_size=10)
STARTED = st.builds(ev.Started, COMMAND, SHORT_NAME, SHORT_NAME, PROSE)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    events = [draw(STARTED), *draw(st.lists(EVENTS, max_size=12))]
    return Run("any", tuple((number * 0.7, event) for number, event in enumerate(events)), 9.0)
