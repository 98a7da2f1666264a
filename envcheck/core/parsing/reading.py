"""A profile as far as it has been read: what the rules look at and the profile is built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.parsing.findings import Findings
    from envcheck.core.parsing.forms import ProfileForm, ServiceForm
    from envcheck.core.profile import Vocabulary

DEFAULT_KIND = "container"


@dataclass(frozen=True)
class Reading:
    """The form of all that is sound, and where a rule says what it found.

    Attributes:
        names: every service that the file names, those whose own text is wrong included.
        environ: the caller's variables.
    """

    form: ProfileForm
    names: tuple[str, ...]
    vocabulary: Vocabulary
    environ: Mapping[str, str]
    findings: Findings

    def sound(self, service: str, *keys: str) -> bool:
        """Whether nothing is known against these fields of a service."""
        return all(self.findings.sound(("services", service, key)) for key in keys)


def kind_of(service: ServiceForm, vocabulary: Vocabulary) -> str:
    """The service's kind, told from its image where it is left out."""
    if service.kind:
        return service.kind
    base = service.image.base if service.image else ""
    return vocabulary.images.get(base, DEFAULT_KIND)


def filled(service: ServiceForm, environ: Mapping[str, str]) -> dict[str, str]:
    """The service's variables, those without a value taken from the caller where it has them."""
    given = {name: environ.get(name) if v is None else v for name, v in service.environment.items()}
    return {name: value for name, value in given.items() if value is not None}
