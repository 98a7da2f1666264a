"""What this machine's package managers could give: asked, and nothing is installed.

The way is that of the build: Debian's lists come as mmdebstrap gets them for the recipes' base, and
npm is asked without this user's own settings, which no build sees either.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from envcheck.core.offers import Unasked, upstream
from envcheck.host.rootfs import lists_command

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from envcheck.core.offers import Answer
    from envcheck.core.recipe import Package

LIMIT = 20.0
"""Seconds that the answers may take altogether; after that a build looks for itself."""

_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
_NO_SUCH_PACKAGE = '"E404"'


class Packages:
    """What is known of packages in this run: each is asked for once, whatever came of it."""

    def __init__(self) -> None:
        self._known: dict[Package, Answer] = {}

    def versions(self, packages: Collection[Package]) -> dict[Package, Answer]:
        """The versions of each package, or why they are not known; all asked side by side."""
        new = [package for package in packages if package not in self._known]
        self._known |= _ask(new) if new else {}
        return {package: self._known[package] for package in packages}

    def look_again(self) -> None:
        """Ask once more for what could not be asked: something was installed on the machine."""
        self._known = {p: found for p, found in self._known.items() if isinstance(found, tuple)}


def _ask(packages: Sequence[Package]) -> dict[Package, Answer]:
    end = time.monotonic() + LIMIT
    suites = sorted({package.suite for package in packages if package.manager == "apt"})
    with tempfile.TemporaryDirectory(prefix="envcheck-") as folder, ExitStack() as open_calls:
        lists = {
            suite: open_calls.enter_context(_call(lists_command(suite, f"{folder}/{suite}")))
            for suite in suites
        }
        modules = {
            package: open_calls.enter_context(_call(_npm_command(package.name, folder)))
            for package in packages
            if package.manager == "npm"
        }
        answers: dict[Package, Answer] = {}
        for suite in suites:
            wanted = [package for package in packages if package.suite == suite]
            answers |= _of_suite(lists[suite], wanted, Path(folder, suite), end)
        return answers | {package: _of_npm(call, end) for package, call in modules.items()}


class _Call:
    """A program that was asked something; None where it is not installed."""

    def __init__(self, name: str, process: subprocess.Popen[str] | None) -> None:
        self._name = name
        self._process = process

    def output(self, end: float) -> str | Unasked:
        """What it printed by then, or why that is no answer.

        Who has answered while another was waited for is heard, however late that is.
        """
        if self._process is None:
            return Unasked(f"{self._name} is not installed")
        try:
            out, said = self._process.communicate(timeout=max(1.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            return Unasked(f"{self._name} gave no answer in {LIMIT:.0f} s")
        if self._process.returncode != 0 and not out.strip():
            lines = [line.strip() for line in said.splitlines() if line.strip()]
            return Unasked(lines[-1] if lines else f"{self._name} failed")
        return out


@contextmanager
def _call(command: Sequence[str]) -> Iterator[_Call]:
    """Ask a program something; at the end it is gone, whether it answered or not."""
    if which(command[0]) is None:
        yield _Call(command[0], None)
        return
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=_variables(),
    ) as process:
        try:
            yield _Call(command[0], process)
        finally:
            process.kill()


def _variables() -> dict[str, str]:
    mine = {n: v for n, v in os.environ.items() if not n.lower().startswith("npm_config_")}
    return {**mine, "LC_ALL": "C", "NODE_EXTRA_CA_CERTS": _AUTHORITIES}


def _npm_command(name: str, folder: str) -> list[str]:
    settings = {
        "userconfig": "user",
        "globalconfig": "global",
        "cache": "cache",
        "prefix": "prefix",
    }
    own = (f"--{setting}={folder}/npm-{file}" for setting, file in settings.items())
    quick = ("--fetch-retries=0", "--update-notifier=false")
    return ["npm", "view", name, "versions", "--json", *own, *quick]


def _of_npm(call: _Call, end: float) -> Answer:
    """Every version that npm has of a package."""
    out = call.output(end)
    if isinstance(out, Unasked):
        return out
    if _NO_SUCH_PACKAGE in out:
        return ()
    try:
        said = json.loads(out)
    except ValueError:
        return Unasked("npm gave an answer that is not JSON")
    if isinstance(said, str):  # where there is one only
        return (said,)
    return tuple(map(str, said)) if isinstance(said, list) else Unasked("npm has no answer")


def _of_suite(
    call: _Call, packages: Sequence[Package], folder: Path, end: float
) -> dict[Package, Answer]:
    """The versions that a release has of packages, from its lists, once they are here."""
    lists = call.output(end)
    if not isinstance(lists, Unasked):
        names = sorted({package.name for package in packages})
        own = ("-o", f"Dir={folder}", "-o", f"Dir::State::status={folder}/var/lib/dpkg/status")
        with _call(["apt-cache", *own, "madison", *names]) as asked:
            lists = asked.output(end)
    if isinstance(lists, Unasked):
        return dict.fromkeys(packages, lists)
    # One line a version: PACKAGE | VERSION | where it is.
    rows = [[part.strip() for part in line.split("|")] for line in lists.splitlines()]
    return {
        package: tuple(upstream(row[1]) for row in rows if row[0] == package.name and len(row) > 1)
        for package in packages
    }
