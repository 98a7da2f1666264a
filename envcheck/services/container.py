"""Any other pinned image: it says nothing of itself, so `verify` is the only proof."""

from __future__ import annotations

from envcheck.services.kind import Kind

CONTAINER = Kind(name="container", product="")
