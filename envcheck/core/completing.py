"""What can stand at the end of a command line: its tasks, their flags, or one of a kind of values.

Pure: a command line as it was typed so far comes in, and what is wanted next goes out. What there
is of it (which profiles, which instances) is for others to find out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILES = "files"
"""The names of files, which every shell completes best itself."""

SHELLS = ("bash", "zsh", "fish")

# What a value may be, by the name of its flag or bare word; TASK.NAME where a task has its own.
# A list of words, or the name of something to be looked up.
_VALUES: Mapping[str, str | tuple[str, ...]] = {
    "profile": "profiles",
    "instance": "instances",
    "service": "services",
    "after": ("keep", "down", "clean"),
    "format": ("shell", "dotenv", "json", "github", "gitlab"),
    "on-failure": ("keep", "down", "clean"),
    "progress": ("auto", "plain", "json"),
    "report": FILES,
    "output": FILES,
    "o": FILES,
    "into": FILES,
    "from-snapshot": FILES,
    "write-env": FILES,
    "services": "kinds",
    "completion.which": SHELLS,
    "clean.only": "services",
    "doctor.only": "checks",
    "lock.upgrade": "services",
    "recipe.action": ("list", "build"),
    "bundle.action": ("save", "load"),
    "snapshot.action": ("save", "list", "restore", "remove"),
    "ci.action": ("init",),
    "ci.system": ("github", "gitlab"),
}


@dataclass(frozen=True)
class Flag:
    """A flag: its help, and whether it takes a value, must have one, and may be given again."""

    help: str = ""
    value: bool = False
    optional: bool = False
    again: bool = False


@dataclass(frozen=True)
class Task:
    """A task: its help, the names of its bare words, and its flags by all their names."""

    help: str = ""
    words: tuple[str, ...] = ()
    flags: Mapping[str, Flag] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What is wanted next.

    Attributes:
        choices: the words that are known, each with its help.
        values: the name of something to be looked up: profiles, instances, services, ….
        before: what stands before the value in the same word, such as ``--format=``.
        profile: the profile that the line names so far, if any.
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    values: str = ""
    before: str = ""
    profile: str = ""


def wanted(
    words: Sequence[str], current: str, tasks: Mapping[str, Task], program: Mapping[str, Flag]
) -> Wanted:
    """What may come next.

    Args:
        words: those that stand before, without the program's own name.
        current: the word that is begun, or nothing.
        tasks: the tasks by name.
        program: the program's own flags, which stand before a task.
    """
    if "--" in words:
        return Wanted(values=FILES)  # a command of the user's own
    at = next((i for i, word in enumerate(words) if word in tasks), None)
    if at is None:
        return _of_program(words, current, tasks, program)
    name = words[at]
    return _of_task(name, tasks[name], words[at + 1 :], current)


def _of_program(
    words: Sequence[str], current: str, tasks: Mapping[str, Task], program: Mapping[str, Flag]
) -> Wanted:
    last = program.get(words[-1]) if words else None
    if last is not None and last.value and not last.optional:
        return Wanted(values=FILES)
    if current.startswith("-"):
        return Wanted({name: flag.help for name, flag in program.items()})
    return Wanted({name: task.help for name, task in tasks.items()})


def _of_task(name: str, task: Task, words: Sequence[str], current: str) -> Wanted:
    given: list[str] = []
    pending = ""
    for word in words:
        flag = task.flags.get(word)
        if pending:
            pending = ""
        elif flag is not None:
            pending = word if flag.value else ""
        elif not word.startswith("-"):
            given.append(word)
    named = dict(zip(task.words, given, strict=False))
    profile = named.get("profile", "")
    if pending:
        found = _value(name, pending.lstrip("-"), named, profile)
        optional = task.flags[pending].optional and not found.choices and not found.values
        return found if not optional else Wanted()
    flag_name, equals, _ = current.partition("=")
    if equals and flag_name in task.flags:
        found = _value(name, flag_name.lstrip("-"), named, profile)
        return Wanted(found.choices, found.values, f"{flag_name}=", profile)
    if current.startswith("-") or len(given) >= len(task.words):
        used = {flag for flag in words if flag in task.flags and not task.flags[flag].again}
        return Wanted({n: f.help for n, f in task.flags.items() if n not in used and len(n) > 2})  # noqa: PLR2004 - a long one
    return _value(name, task.words[len(given)], named, profile)


def _value(task: str, name: str, named: Mapping[str, str], profile: str) -> Wanted:
    if (task, name) == ("bundle", "target"):
        name = "profile" if named.get("action") == "save" else "output"
    if (task, name) == ("snapshot", "name") and named.get("action") != "restore":
        return Wanted()
    if (task, name) == ("snapshot", "name"):
        name = "output"
    found = _VALUES.get(f"{task}.{name}", _VALUES.get(name, ""))
    if isinstance(found, str):
        return Wanted(values=found, profile=profile)
    return Wanted(dict.fromkeys(found, ""), profile=profile)
