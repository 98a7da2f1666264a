"""The catalogue: every kind there is. A new kind is one file beside this one and one word here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.parsing.reader import Vocabulary
from envcheck.services.container import CONTAINER
from envcheck.services.node import NODE
from envcheck.services.postgres import POSTGRES
from envcheck.services.redis import REDIS

if TYPE_CHECKING:
    from envcheck.services.kind import Kind

KINDS: dict[str, Kind] = {kind.name: kind for kind in (POSTGRES, REDIS, NODE, CONTAINER)}


def vocabulary() -> Vocabulary:
    """What the profile's reader must know of the kinds."""
    return Vocabulary(
        kinds=frozenset(KINDS),
        images={image: kind.name for kind in KINDS.values() for image in kind.images},
        required={kind.name: kind.required for kind in KINDS.values() if kind.required},
    )
