"""Asking for an image wherever it may be: its mirrors in their order, then its own registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from envcheck.core.errors import StepFailed
from envcheck.core.mirrors import places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.core.mirrors import Mirror, Place
    from envcheck.core.reference import Reference
    from envcheck.images.registry.client import RegistryClient
    from envcheck.images.registry.manifests import RegistryImage

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What was answered, and by whom."""

    value: T
    place: Place


class Registries:
    """The registries of a user: each image is asked for at one place after the other."""

    def __init__(self, client: RegistryClient, mirrors: Sequence[Mirror]) -> None:
        self._client = client
        self._mirrors = tuple(mirrors)

    def image(self, reference: Reference) -> Answer[RegistryImage]:
        """What an image is now, for each platform.

        Raises:
            StepFailed: nobody has it; RegistryUnreachable where its own registry gave no answer.
        """
        client, asked = self._client, reference.digest or reference.tag
        return self._ask(reference, lambda p: client.image(p.host, p.repository, asked))

    def digest(self, reference: Reference) -> Answer[str]:
        """The digest that an image's tag stands for now.

        Raises:
            StepFailed: as `image`.
        """
        client, asked = self._client, reference.digest or reference.tag
        return self._ask(reference, lambda p: client.digest(p.host, p.repository, asked))

    def tags(self, reference: Reference) -> Answer[tuple[str, ...]]:
        """Every tag of an image's repository.

        Raises:
            StepFailed: as `image`.
        """
        return self._ask(reference, lambda p: self._client.tags(p.host, p.repository))

    def _ask(self, reference: Reference, question: Callable[[Place], T]) -> Answer[T]:
        *mirrors, own = places_of(reference, self._mirrors)
        passed_over: list[str] = []
        for place in mirrors:
            try:
                return Answer(question(place), place)
            except StepFailed as error:  # noqa: PERF203 - the next place is asked
                passed_over += [f"mirror {place.host}: {error.what}", *error.evidence]
        try:
            return Answer(question(own), own)
        except StepFailed as error:
            error.evidence = (*error.evidence, *passed_over)
            raise
