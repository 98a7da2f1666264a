"""shell: a service's own client, or a shell in its container, or one command there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.app.loading import load, owner_of
from envcheck.app.services import chosen
from envcheck.core import events as ev
from envcheck.core.errors import Fix, UsageError
from envcheck.host.child import NOT_EXECUTABLE, NOT_FOUND, NotRunnable
from envcheck.host.talking import STDOUT, talk, terminal_size, write
from envcheck.reporters.calling import call
from envcheck.run.readiness import LOCALHOST
from envcheck.services.catalogue import KINDS
from envcheck.services.kind import Access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envcheck.app.session import Session
    from envcheck.core.profile import Service
    from envcheck.core.spec import Owner

_NOT_FOUND = ("executable file not found", "no such file or directory")
_SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash; exec sh")


def shell(session: Session, name: str, service: str, words: Sequence[str]) -> int | None:
    """Talk to a service in its container, until that ends.

    Args:
        session: this run.
        name: the profile.
        service: the service's name; the only one there is where it is left out.
        words: the command; without one, the service's own client, or a shell.

    Returns:
        The exit code of what ran, or None where the engine does not tell it.

    Raises:
        UsageError: there is no such service, or it does not run.
        NotRunnable: there is no such command in its container.
        StepFailed: the engine could not begin it.
        BrokenPipeError: who reads our output went away.
    """
    profile = load(session, name)
    owner = owner_of(session, profile)
    session.emit(ev.Started("shell", profile.name, owner.instance))
    found = chosen(profile, service)
    container = _running(session, owner, found.name)
    command, environment = _command(found, words)
    size = terminal_size()
    session.emit(ev.HandedOver(command[0]))
    line = session.engine().begin(container, command, environment, size)
    try:
        talk(line, terminal=size is not None)
        code = line.exit_code(session.clock)
    finally:
        line.close()
    if line.refusal and code in (NOT_FOUND, NOT_EXECUTABLE):
        raise _refused(command[0], found.name, line.refusal.decode("utf-8", "replace"))
    write(STDOUT, line.refusal)
    return code


def _refused(command: str, service: str, said: str) -> NotRunnable:
    if any(words in said for words in _NOT_FOUND):
        what = f"the command {command} was not found in the container of {service}"
        return NotRunnable(what, NOT_FOUND)
    what = f"{command} could not be run in the container of {service}: {said.strip()}"
    return NotRunnable(what, NOT_EXECUTABLE)


def _running(session: Session, owner: Owner, service: str) -> str:
    observed = session.engine().observe()
    for container in observed.of_instance(owner.instance):
        if container.service == service and container.state == "running":
            return container.name
    up = call("envcheck", "up", owner.profile, owner.instance)
    fix = Fix("bring it up first", (up,))
    raise UsageError(f"{service} does not run in {owner.instance}", id="instance.not-up", fix=fix)


def _command(service: Service, words: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """What is run, and its variables. The client is given its login by whatever name calls it."""
    kind = KINDS[service.kind]
    if kind.client is None:
        return (tuple(words) or _SHELL), {}
    client = kind.client
    access = Access(LOCALHOST, kind.port or 0, service.environment, service.command or ())
    login = (client.command, *client.login(access))
    environment = client.environment(access)
    if not words:
        return (*login, *client.prompt), environment
    if words[0] == client.command:
        return (*login, *words[1:]), environment
    return tuple(words), environment
