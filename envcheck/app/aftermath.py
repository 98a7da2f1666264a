"""What a killed run leaves under way: the engine goes on with what it was asked for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from envcheck.core.errors import ObjectConflict, ObjectMissing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.core.deeds import Deed
    from envcheck.engine.client import DockerEngine


def end_removals(engine: DockerEngine, instance: str, deeds: Iterable[Deed]) -> None:
    """Bring to their end the removals of containers that a killed run had begun.

    The engine may be at it still: it kills a container first, and until that is done nothing shows
    that it will be gone. Whoever took it for one that stays would wait for it in vain. Its data is
    in volumes; so nothing is lost, and where the removal had not been asked for yet, the container
    is made anew.

    Raises:
        StepFailed: the engine could not do it.
    """
    names = {deed.name for deed in deeds if (deed.verb, deed.kind) == ("remove", "container")}
    if not names:
        return
    for seen in engine.observe().of_instance(instance):
        if seen.name in names:
            with suppress(ObjectMissing, ObjectConflict):  # it is gone, or about to be
                engine.stop_container(seen.id)
            engine.remove_container(seen.id)
