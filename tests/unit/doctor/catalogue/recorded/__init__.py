"""Recorded faults, one file a layer: at least one a fault, more where versions word it otherwise.

Ids of containers and addresses of the lab are as they came; folders of the lab have become
/var/lib/docker.
"""

from __future__ import annotations

from tests.unit.doctor.catalogue.recorded import (
    client,
    container,
    database,
    endpoint,
    engine,
    machine,
    network,
    reach,
    registry,
    teardown,
)

RECORDED = (
    *client.RECORDED,
    *endpoint.RECORDED,
    *engine.RECORDED,
    *machine.RECORDED,
    *reach.RECORDED,
    *registry.RECORDED,
    *network.RECORDED,
    *container.RECORDED,
    *database.RECORDED,
    *teardown.RECORDED,
)
