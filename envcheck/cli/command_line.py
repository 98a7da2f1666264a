"""The tasks and flags of a command line as plain values, kept in a file between two Tabs."""

from __future__ import annotations

import json
import os
import sys
from contextlib import redirect_stdout, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envcheck.app.places import cache_folder
from envcheck.core.completing import Flag, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from invoke.collection import Collection
    from invoke.parser.argument import Argument

    CommandLine = tuple[dict[str, Task], dict[str, Flag]]

_HERE = Path(__file__).parent
_OWN = tuple(str(_HERE / f"{name}.py") for name in ("tasks", "flags", "verb", "command_line"))
_ENDINGS = ("tasks.py", "tasks/__init__.py")


def of_envcheck() -> CommandLine:
    """The command line of ``envcheck`` itself."""

    def load() -> Collection:
        from envcheck.cli.tasks import collection

        return collection()

    return _kept("envcheck", load)


def of_folder() -> CommandLine:
    """The command line of Invoke in this folder: that of the nearest ``tasks.py`` upwards."""
    here = Path.cwd()
    found = (folder / end for folder in (here, *here.parents) for end in _ENDINGS)
    file = next((path for path in found if path.is_file()), None)
    if file is None:
        return {}, {}
    top = file.parents[_ENDINGS.index("tasks/__init__.py") if file.name == "__init__.py" else 0]

    def load() -> Collection:
        from invoke.collection import Collection as Tasks
        from invoke.config import Config
        from invoke.loader import FilesystemLoader

        module, _parent = FilesystemLoader(start=str(top), config=Config()).load("tasks")
        return Tasks.from_module(module)

    return _kept(str(file), load)


def _kept(name: str, load: Callable[[], Collection]) -> CommandLine:
    """What was read before, or what is read now where a file that it came from has changed."""
    import hashlib

    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    file = cache_folder(os.environ) / "command-lines" / f"{digest}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(file.read_bytes())
        if kept["name"] == name and kept["files"] == _times(kept["files"]):
            return _values(kept)
    data = _read(name, load)
    _keep(file, data)
    return _values(data)


def _keep(file: Path, data: Mapping[str, Any]) -> None:
    from envcheck.core.errors import EnvcheckError
    from envcheck.host.private import make_private, write_private

    with suppress(OSError, EnvcheckError):  # it is read once more then
        make_private(cache_folder(os.environ), file.parent)
        write_private(file, json.dumps(data))


def _times(files: Iterable[str]) -> dict[str, int]:
    """When each of the files was last written."""
    return {name: Path(name).stat().st_mtime_ns for name in files}


def _read(name: str, load: Callable[[], Collection]) -> dict[str, Any]:
    before = set(sys.modules)
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        tasks = load()
    project = str(Path(name).parent) + os.sep
    new = [module for each, module in sys.modules.items() if each not in before]
    paths = (str(getattr(module, "__file__", None) or "") for module in new)
    own = (path for path in paths if path.startswith(project) and "site-packages" not in path)
    return {
        "name": name,
        "files": _times((*_OWN, *own)),
        "tasks": {each: asdict(_task(tasks, each)) for each in sorted(tasks.task_names)},
        "program": _flags(_program_flags()),
    }


def _program_flags() -> list[Argument]:
    from envcheck.cli.program import EnvcheckProgram

    program = EnvcheckProgram(name="envcheck", binary="envcheck")
    return [*program.core_args(), *program.task_args()]


def _task(tasks: Collection, name: str) -> Task:
    task = tasks[name]
    arguments = task.get_arguments()
    about = (task.__doc__ or "").strip().partition("\n")[0]
    words = tuple(argument.name or "" for argument in arguments if argument.positional)
    flags = [argument for argument in arguments if not argument.positional]
    return Task(about, words, {**_as_flags(flags)})


def _as_flags(arguments: Iterable[Argument]) -> dict[str, Flag]:
    found = {}
    for argument in arguments:
        flag = Flag(
            argument.help or "", argument.takes_value, argument.optional, argument.kind is list
        )
        for name in argument.names:
            shown = name.replace("_", "-")
            found[f"--{shown}" if len(name) > 1 else f"-{shown}"] = flag
    return found


def _flags(arguments: Iterable[Argument]) -> dict[str, Any]:
    return {name: asdict(flag) for name, flag in _as_flags(arguments).items()}


def _values(data: Mapping[str, Any]) -> CommandLine:
    tasks = {
        name: Task(
            task["help"],
            tuple(task["words"]),
            {flag: Flag(**about) for flag, about in task["flags"].items()},
        )
        for name, task in data["tasks"].items()
    }
    return tasks, {name: Flag(**about) for name, about in data["program"].items()}
