"""The rules for services of some kinds: what a job cannot have, and what can be seeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.parsing.reading import kind_of
from envcheck.core.parsing.wording import listing, quote

if TYPE_CHECKING:
    from envcheck.core.parsing.forms import ServiceForm
    from envcheck.core.parsing.reading import Reading

# What only something that goes on running can have, and why a job needs none of it.
_NOT_FOR_JOBS = {
    "restart": "it is run once; `up --rerun-jobs` runs it again",
    "stable_for": "it is done when it ends with 0",
    "verify": "its exit code is the proof",
    "seed": "it keeps no data",
}


def check_kind(reading: Reading, name: str, service: ServiceForm) -> None:
    """Apply the rules of a service's kind, where it is known."""
    if not reading.sound(name, "kind", "image"):
        return
    kind = kind_of(service, reading.vocabulary)
    if kind in reading.vocabulary.jobs:
        _job(reading, name, service)
    elif reading.sound(name, "seed"):
        _seed(reading, name, service)


def _job(reading: Reading, name: str, service: ServiceForm) -> None:
    for key, why in _NOT_FOR_JOBS.items():
        if key in service.model_fields_set and reading.sound(name, key):
            path = ("services", name, key)
            reading.findings.at_key(path, f"a job cannot have {quote(key)}", why)


def _seed(reading: Reading, name: str, service: ServiceForm) -> None:
    kind, seedable = kind_of(service, reading.vocabulary), reading.vocabulary.seedable
    if service.seed and kind not in seedable:
        hint = f"what can: {listing(sorted(seedable), 'and')}" if seedable else ""
        path = ("services", name, "seed")
        reading.findings.at_key(path, f"a service of kind {quote(kind)} cannot be seeded", hint)
        return
    for at, file in enumerate(service.seed):
        if file in service.seed[:at]:
            message = f"the file {quote(file)} is listed twice"
            reading.findings.at_value(("services", name, "seed", at), message)
