"""Asking for images: the mirrors first, each in its turn, then their own registries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envcheck.core.errors import EnvcheckError, StepFailed
from envcheck.core.mirrors import places_of
from envcheck.images.patience import BROKEN, TRANSIENT, Patience
from envcheck.images.trying import persist

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envcheck.core.mirrors import Mirror, Place
    from envcheck.core.reference import Reference
    from envcheck.images.sources import Registry
    from envcheck.run.ports import Clock


@dataclass
class Places:
    """Fulfils `images.sources.Registry` with mirrors and patience, and keeps who answered.

    Attributes:
        engine: who asks.
        mirrors: in the order in which they are asked.
        clock: for the waits.
        stand_in: whether a recipe may stand in for an image: that is quicker than to wait.
        tell: hears why a mirror was passed over, and of waits.
        found: the name of each image at the mirror that has it.
    """

    engine: Registry
    mirrors: Sequence[Mirror]
    clock: Clock
    stand_in: Callable[[Reference], bool]
    tell: Callable[[str], None]
    found: dict[Reference, Reference] = field(default_factory=dict)

    def registry_digest(self, reference: Reference) -> str:
        """The digest that an image has in the first place which has it.

        Raises:
            RegistryUnreachable: no mirror has it, and its own registry does not answer.
            StepFailed: no mirror has it, and its own registry says no.
        """
        *standing_in, own = places_of(reference, self.mirrors)
        for place in standing_in:
            if digest := self._of_mirror(reference, place):
                self.found[reference] = place.image(reference, digest)
                return digest
        name = own.image(reference)
        patience = Patience(BROKEN if self.stand_in(reference) else TRANSIENT)
        return persist(
            lambda: self.engine.registry_digest(name), patience, self.clock, self._said(reference)
        )

    def _said(self, reference: Reference) -> Callable[[str], None]:
        return lambda text: self.tell(f"{reference}: {text}")

    def _of_mirror(self, reference: Reference, place: Place) -> str:
        """The image's digest at a mirror, or nothing where the mirror is passed over."""
        try:
            digest = self.engine.registry_digest(place.image(reference, reference.digest))
        except EnvcheckError as error:
            why = self._other_digest(reference, place) or error.what
            self._pass_over(reference, place, why)
            return ""
        if reference.digest and digest != reference.digest:
            self._pass_over(reference, place, f"it has another digest: {digest}")
            return ""
        return digest

    def _other_digest(self, reference: Reference, place: Place) -> str:
        """What a mirror that lacks a digest has under its tag, in words; nothing if nothing."""
        if not (reference.digest and reference.tag):
            return ""
        by_tag = place.image(type(reference)(reference.name, reference.tag))
        try:
            return f"it has another digest: {self.engine.registry_digest(by_tag)}"
        except StepFailed:
            return ""

    def _pass_over(self, reference: Reference, place: Place, why: str) -> None:
        self.tell(f"mirror {place.host} was passed over for {reference}: {why}")
