"""What a bundle may hold at most. Far above what projects need, far below what does harm."""

from __future__ import annotations

INDEX = 8 << 20
"""Bytes of the index; it is read into memory."""

CONFIG = 4 << 20
"""Bytes of one image's configuration, as engines allow it (moby, 4 MB for a manifest)."""

FILES = 20_000
IMAGES = 200
LAYERS = 4_000

PATH = 1_000
"""Bytes of a path, and of a link's target."""

PART = 255
"""Bytes of one name in a path, as the file systems of Linux allow it."""

DEPTH = 40
"""Folders in each other."""

TOTAL = 1 << 40
"""Bytes of everything, unpacked. The room that there is sets a lower limit."""

WINDOW = 1 << 27
"""Bytes that unpacking may keep in memory; what `zstd -d` allows without being told more."""
