"""How much the tests try of what there is no end of: little in each run, ten times that by hand.

``ENVCHECK_EFFORT=10`` has every law tried with ten times as many examples. What a run tries is
chosen anew each time where hypothesis chooses it, so that many runs see as much as one long one.
"""

from __future__ import annotations

import os

EFFORT = float(os.environ.get("ENVCHECK_EFFORT", "1"))


def few(number: int) -> int:
    """That many, or more where more effort is wanted."""
    return max(1, round(number * EFFORT))
