"""A network namespace for several servers, such as an engine and the registry it pulls from."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from . import network
from .leases import lease

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def namespace(*, way_out: bool = True) -> Iterator[network.Namespace]:
    """A namespace whose name ``engines.start`` and ``registry.serve`` take; gone at the end.

    Without ``way_out`` nothing outside of it can be reached.

    Raises:
        LabError: it cannot be made, or could not be removed.
    """
    with lease() as claimed:
        yield network.make(claimed.name, way_out=way_out)
