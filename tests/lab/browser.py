"""A real browser that opens a page and tells what became of it: headless Chromium.

It is spoken to over a pipe in its DevTools protocol (chromedevtools.github.io/devtools-protocol),
which reports every request, every word on the console, and the measures of the page as it was laid
out.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .devtools import Conversation
from .ending import end_group
from .packages import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The protocol's pipe is file descriptor 3 for commands and 4 for answers. Both are first moved out
# of the way of these numbers, which either of them may have.
_LAUNCHER = (
    "import fcntl, os, sys\n"
    "pipe = [fcntl.fcntl(int(word), fcntl.F_DUPFD, 10) for word in sys.argv[1:3]]\n"
    "os.dup2(pipe[0], 3); os.dup2(pipe[1], 4)\n"
    "os.execvp(sys.argv[3], sys.argv[3:])\n"
)
_MEASURES = (
    "JSON.stringify({scroll: document.documentElement.scrollWidth, inner: window.innerWidth,"
    " title: document.title, text: document.body.innerText,"
    " wide: [...document.querySelectorAll('body *')].filter(e => !e.closest('svg svg')"
    " && e.getBoundingClientRect().right > window.innerWidth + 1).map(e => e.tagName)})"
)


@dataclass(frozen=True)
class Visit:
    """What a page was like.

    Attributes:
        requests: every address that was asked for, the page's own first.
        complaints: errors and whatever else came up on the console.
        scroll_width: how wide the page is; more than ``inner_width`` where it flows over.
        wide: the names of elements that stand out at the right.
        text: what can be read on it.
        png: a picture of the whole page.
    """

    requests: tuple[str, ...]
    complaints: tuple[str, ...]
    scroll_width: int
    inner_width: int
    wide: tuple[str, ...]
    title: str
    text: str
    png: bytes = field(repr=False)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with a profile of its own; chromium is installed where it is missing.

    Raises:
        LabError: it cannot be had or started.
    """
    ensure("chromium", "fonts-dejavu-core")
    commands, answers = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(prefix="envcheck-browser-") as home:
        process = _started(home, commands[0], answers[1])
        os.close(commands[0])
        os.close(answers[1])
        try:
            yield Browser(Conversation(commands[1], answers[0]))
        finally:
            os.close(commands[1])
            os.close(answers[0])
            end_group(process)


def _started(home: str, commands: int, answers: int) -> subprocess.Popen[bytes]:
    flags = (
        "--headless=new",
        "--no-sandbox",  # it refuses to run as root with one
        "--disable-gpu",
        "--no-first-run",
        "--disable-dev-shm-usage",  # shared memory is scarce in containers
        f"--user-data-dir={home}",
        "--remote-debugging-pipe",
    )
    argv = [sys.executable, "-c", _LAUNCHER, str(commands), str(answers), "chromium", *flags]
    return subprocess.Popen(
        argv,
        pass_fds=(commands, answers),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "HOME": home},
    )


class Browser:
    """Speaks with a browser; one page at a time."""

    def __init__(self, conversation: Conversation) -> None:
        self._with = conversation

    def open(self, file: Path, *, width: int, dark: bool = False) -> Visit:
        """Open a file in a window of that width, in CSS pixels.

        Raises:
            LabError: the browser does not answer.
        """
        target = self._with.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._with.call("Target.attachToTarget", targetId=target, flatten=True)
        session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._with.call(f"{domain}.enable", session)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._with.call("Emulation.setEmulatedMedia", session, features=scheme)
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._with.call("Emulation.setDeviceMetricsOverride", session, **size)
        self._with.heard.clear()  # the empty page, too, tells that it was loaded
        self._with.call("Page.navigate", session, url=file.resolve().as_uri())
        self._with.wait_for("Page.loadEventFired")
        measured = json.loads(self._evaluate(session, _MEASURES))
        shot = self._with.call("Page.captureScreenshot", session, captureBeyondViewport=True)
        visit = Visit(
            requests=tuple(self._requests()),
            complaints=tuple(self._complaints()),
            scroll_width=measured["scroll"],
            inner_width=measured["inner"],
            wide=tuple(measured["wide"]),
            title=measured["title"],
            text=measured["text"],
            png=base64.b64decode(shot["data"]),
        )
        self._with.call("Target.closeTarget", targetId=target)
        return visit

    def _evaluate(self, session: str, expression: str) -> str:
        answer = self._with.call(
            "Runtime.evaluate", session, expression=expression, returnByValue=True
        )
        return str(answer["result"]["value"])

    def _requests(self) -> Iterator[str]:
        for message in self._with.heard:
            if message.get("method") == "Network.requestWillBeSent":
                yield message["params"]["request"]["url"]

    def _complaints(self) -> Iterator[str]:
        for message in self._with.heard:
            match message.get("method"):
                case "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded":
                    yield json.dumps(message["params"])
