"""The faults that are known by name, in one table.

In dependency order: a fault of a lower layer comes first, since what rests on it fails as well. To
add one, put an entry into its layer's file, and a recording of how it really looks into
``tests/unit/doctor/catalogue/recorded``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.doctor.catalogue import (
    client,
    container,
    conversation,
    database,
    endpoint,
    engine,
    machine,
    network,
    reach,
    registry,
    teardown,
)
from envcheck.doctor.catalogue.outcome import outcomes

if TYPE_CHECKING:
    from envcheck.doctor.fault import Fault

_EXPLAINED: tuple[Fault, ...] = (
    *client.FAULTS,
    *endpoint.FAULTS,
    *conversation.FAULTS,
    *engine.FAULTS,
    *machine.FAULTS,
    *reach.FAULTS,
    *registry.FAULTS,
    *network.FAULTS,
    *container.FAULTS,
    *database.FAULTS,
    *teardown.FAULTS,
)

FAULTS: tuple[Fault, ...] = (*_EXPLAINED, *outcomes(_EXPLAINED))
