"""Every question that is asked of a running instance, in the order in which answers are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.app.checking.answers import asked, connects
from envcheck.app.checking.condition import Sizes, health, image, restarts, volumes
from envcheck.app.checking.network import reached
from envcheck.app.connect import by_service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envcheck.app.checking.subject import Instance, Subject
    from envcheck.app.checks.exam import Check


def questions(instance: Instance, subjects: Sequence[Subject]) -> Iterator[Check]:
    """The questions about each service: what it is, what it answers, and how it fares."""
    network = reached(instance, subjects)
    variables = by_service(instance.targets, instance.observed)
    sizes = Sizes(instance.session.engine())
    for subject in subjects:
        yield image(subject)
        yield from health(subject)
        yield from asked(subject)
        yield from connects(subject, variables.get(subject.name))
        yield from [network[subject.name]] if subject.name in network else ()
        yield restarts(subject)
        yield from volumes(subject, sizes)
