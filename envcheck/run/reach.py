"""Reach: what a container on an instance's network heard when it called the services by name.

The script is fixed: names and ports are its arguments, and its answer is one line a service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.core.events import Result

if TYPE_CHECKING:
    from collections.abc import Iterable

SCRIPT = """
set -f
try() {
  if command -v bash >/dev/null; then
    said=$(timeout 3 bash -c ': <"/dev/tcp/$0/$1"' "$1" "$2" 2>&1)
  else
    said=$(timeout 3 nc -w 2 "$1" "$2" -e true 2>&1)
  fi
  echo "$1" "$2" "$?" $said
}
while [ "$#" -ge 2 ]; do
  try "$1" "$2" &
  shift 2
done
wait
"""
"""Connects to every NAME PORT of its arguments, side by side. Prints of each its name and port, the
exit code, and what was said; needs bash or busybox."""

UNRESOLVED = "service.name-unresolved"
UNREACHABLE = "service.unreachable-inside"
_NO_TOOL = 127  # a shell's exit code for a command that is not there
_UNKNOWN_NAME = ("bad address", "not known", "name resolution", "no address")


def command(places: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """The command that calls services by their names and ports."""
    return ("/bin/sh", "-c", SCRIPT, "sh", *(str(word) for place in places for word in place))


@dataclass(frozen=True)
class Heard:
    """What came of calling one service: the exit code, and what the caller said."""

    code: int
    said: str = ""


def read(output: str) -> dict[tuple[str, int], Heard]:
    """The script's answer, by name and port. Lines that are no answer are passed over."""
    found = {}
    for line in output.splitlines():
        match line.split(maxsplit=3):
            case [name, port, code, *said] if port.isdigit() and code.isdigit():
                found[name, int(port)] = Heard(int(code), "".join(said))
    return found


def could_call(heard: Iterable[Heard]) -> bool:
    """Whether the caller had what it needs to call anybody."""
    codes = [each.code for each in heard]
    return bool(codes) and _NO_TOOL not in codes


@dataclass(frozen=True)
class Way:
    """The way to a service on its network.

    Attributes:
        joined: whether its container is on that network at all.
    """

    service: str
    container: str
    network: str
    port: int
    joined: bool = True


def judge_reach(way: Way, heard: Heard | None) -> Result:
    """Whether the others reach a service by its name; None stands for: nothing was heard of it."""
    id, title = f"service.{way.service}.network", f"{way.service} network"
    place = f"{way.service}:{way.port}"
    if heard is not None and heard.code == 0:
        return Result(id, title, "pass", f"answers as {place} on network {way.network}")
    said = heard.said if heard is not None else ""
    evidence = (said,) if said else ("it did not answer in time",)
    if any(word in said.casefold() for word in _UNKNOWN_NAME):
        text = f"the name {way.service} is not known on network {way.network}"
        return Result(id, title, "fail", text, evidence=evidence, fix=_join(way), fault=UNRESOLVED)
    text = f"nothing answers as {place} on network {way.network}"
    fix = Fix(
        "see whether it listens on all addresses; on 127.0.0.1 nobody else reaches it",
        (f"docker logs {way.container}",),
    )
    return Result(id, title, "fail", text, evidence=evidence, fix=fix, fault=UNREACHABLE)


def _join(way: Way) -> Fix:
    leave = (f"docker network disconnect {way.network} {way.container}",) if way.joined else ()
    join = f"docker network connect --alias {way.service} {way.network} {way.container}"
    return Fix("connect it under its name", (*leave, join))
