"""What is kept of an engine in the user's state folder: its ledger, and the locks of its instances.

STATE/envcheck/engines/ENGINE/ledger.sqlite3
STATE/envcheck/engines/ENGINE/locks/INSTANCE.lock
STATE/envcheck/engines/ENGINE/locks/shared/WHAT.lock
STATE/envcheck/engines/ENGINE/locks/visits/INSTANCE.lock
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from envcheck.app.places import LEDGER, state_folder
from envcheck.core.errors import Fix, StepFailed
from envcheck.core.events import Note
from envcheck.core.remembered import from_labels
from envcheck.host.locks import Held, held, holder_of
from envcheck.run.ledger import Ledger
from envcheck.run.ledger_file import unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from envcheck.core.events import Emit
    from envcheck.engine.client import DockerEngine
    from envcheck.host.locks import Holder

PATIENCE = 900.0
"""Seconds for which one run waits for another: longer than any `up` takes that is not stuck."""


def engine_folder(environ: Mapping[str, str], engine_id: str) -> Path:
    """What is kept of the engine with this id."""
    name = hashlib.sha256(engine_id.encode()).hexdigest()[:16]
    return state_folder(environ) / "engines" / name


def open_ledger(folder: Path, engine: DockerEngine, emit: Emit) -> Ledger:
    """The ledger in an engine's folder; made anew from labels, with a warning, where it is lost.

    Raises:
        StepFailed: it cannot be made, or not be used.
    """
    path = folder / LEDGER
    # SQLite waits for others everywhere but where the log is set up.
    with settling(folder, "ledger", lambda: None):
        ledger = Ledger(path, lambda: from_labels(engine.observe()))
    if ledger.set_aside is not None:
        emit(Note(f"the ledger was broken, and is now {ledger.set_aside}"))
    if ledger.remembered or ledger.set_aside is not None:
        emit(Note(_MADE_ANEW))
    return ledger


_MADE_ANEW = (
    "the ledger was made anew from the labels on this engine; images that may have been here "
    "before envcheck are kept, and jobs are run again"
)


def lock_path(folder: Path, name: str) -> Path:
    """The file of a lock."""
    return folder / "locks" / f"{quote(name, safe='')}.lock"


def holder(folder: Path, instance: str) -> Holder | None:
    """Who works on an instance now, of those who share this state folder."""
    return holder_of(lock_path(folder, instance))


@contextmanager
def locked(folder: Path, instance: str, command: str, emit: Emit) -> Iterator[None]:
    """Be the only one to work on an instance; who must wait says for whom.

    Raises:
        StepFailed: somebody else works on it still, or the lock's file cannot be made.
    """

    def waiting(who: Holder | None) -> None:
        emit(Note(f"waiting for {who or 'another run'}, which works on {instance}"))

    with _held(lock_path(folder, instance), command, instance, waiting):
        yield


@contextmanager
def _held(
    path: Path, command: str, what: str, waiting: Callable[[Holder | None], None]
) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(held(path, command, seconds=PATIENCE, waiting=waiting))
        except Held as found:
            raise _busy(what, found.holder) from None
        except OSError as error:
            raise unusable(path, error) from error
        yield


@contextmanager
def settling(folder: Path, what: str, waiting: Callable[[], None]) -> Iterator[None]:
    """Be the only one, of all instances, to settle something: nobody else may come between.

    ``waiting`` is called where somebody else does so right now.

    Raises:
        StepFailed: somebody else does not come to an end with it.
    """
    with _held(_shared(folder, what), what, what, lambda _who: waiting()):
        yield


@contextmanager
def claimed(folder: Path, what: str) -> Iterator[None]:
    """Be the only process that has something, such as a name, for as long as the context lasts.

    Raises:
        Held: another has it.
        StepFailed: the lock's file cannot be made.
    """
    path = _shared(folder, quote(what, safe=""))
    with ExitStack() as stack:
        try:
            stack.enter_context(held(path, what, seconds=0, waiting=lambda _who: None))
        except OSError as error:
            raise unusable(path, error) from error
        yield


def settled_by(folder: Path, what: str) -> Holder | None:
    """Who settles something right now."""
    return holder_of(_shared(folder, what))


def visit_path(folder: Path, instance: str) -> Path:
    """The file of the lock that all have who have brought an instance up for a while."""
    return folder / "locks" / "visits" / f"{quote(instance, safe='')}.lock"


def _shared(folder: Path, what: str) -> Path:
    return folder / "locks" / "shared" / f"{what}.lock"


def _busy(instance: str, who: Holder | None) -> StepFailed:
    fix = Fix("look at what it does; if it is stuck, end it", (f"ps -fp {who.pid}",) if who else ())
    return StepFailed(
        f"{who or 'another run'} works on {instance} since more than {PATIENCE / 60:.0f} minutes",
        id="instance.busy",
        fix=fix,
    )
