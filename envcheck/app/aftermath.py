"""What a killed run leaves under way: the engine goes on with what it was asked for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from envcheck.core.errors import ObjectConflict, ObjectMissing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envcheck.core.deeds import Deed
    from envcheck.engine.client import DockerEngine


def bring_to_end(engine: DockerEngine, instance: str, deeds: Iterable[Deed]) -> None:
    """Bring to their end the stops and removals of containers that a killed run had begun.

    The engine may be at it still: it ends a container's process first, and until that is done
    nothing shows that it will stand or be gone. Whoever took it for one that goes on would wait for
    it in vain. Its data is in volumes; so nothing is lost, and where the engine had not been asked
    yet, the container is started again or made anew.

    Raises:
        StepFailed: the engine could not do it.
    """
    begun = [deed for deed in deeds if deed.kind == "container"]
    removed = {deed.name for deed in begun if deed.verb == "remove"}
    stopped = {deed.name for deed in begun if deed.verb == "stop"} | removed
    if not stopped:
        return
    for seen in engine.observe().of_instance(instance):
        if seen.name in stopped:
            with suppress(ObjectMissing, ObjectConflict):  # it is gone, or about to be
                engine.stop_container(seen.id)
        if seen.name in removed:
            engine.remove_container(seen.id)
