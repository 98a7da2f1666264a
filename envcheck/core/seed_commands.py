"""A seed as the docker commands that apply it and set its mark, for `core.commands`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from envcheck.core.seeding import Mark, mark_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.plan import ApplySeed
    from envcheck.core.seeding import SeedFile


def seed_commands(act: ApplySeed) -> tuple[str, ...]:
    """The commands that apply a seed, the wait for its server before them."""
    return tuple(_commands(act))


def _commands(act: ApplySeed) -> Iterator[str]:
    seed, container = act.seed, act.container
    yield f"until {_exec(act, seed.ping)}; do sleep 1; done"
    yield mark_command(container, seed.mark, Mark("begun", seed.fingerprint))
    for file in seed.files:
        yield _copy(file, container)
        yield _exec(act, file.command)
        yield shlex.join(["docker", "exec", container, "rm", "-f", file.inside])
    yield mark_command(container, seed.mark, Mark("done", seed.fingerprint))


def mark_command(container: str, path: str, mark: Mark) -> str:
    """The command that marks a volume."""
    text = shlex.join(["printf", "%s\\n", mark_text(mark).rstrip("\n")])
    return f"{text} | {_write(container, path)}"


def _copy(file: SeedFile, container: str) -> str:
    if file.packed:
        return f"{shlex.join(['gzip', '-dc', file.path])} | {_write(container, file.inside)}"
    return shlex.join(["docker", "cp", file.path, f"{container}:{file.inside}"])


def _write(container: str, path: str) -> str:
    write = ["sh", "-c", 'cat > "$1"', "sh", path]
    return shlex.join(["docker", "exec", "-i", container, *write])


def _exec(act: ApplySeed, command: tuple[str, ...]) -> str:
    """A command of the client; a password is taken from the environment of whoever types it."""
    words = ["docker", "exec"]
    for name, value in act.seed.environment.items():
        words += ["-e", name if name in act.seed.secrets else f"{name}={value}"]
    return shlex.join([*words, act.container, *command])
