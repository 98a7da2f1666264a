"""The circumstances in which a report is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Made:
    """When, where and by what.

    Attributes:
        began: when the run began, with its time zone.
        host: the machine's name.
        program: how envcheck was called.
    """

    began: datetime
    host: str
    program: str
