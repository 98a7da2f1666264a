"""Platforms and processors by the names that images have for them."""

from __future__ import annotations

# Engines name a processor as the kernel does, images as Go does.
_GO_NAMES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


def processor(machine: str) -> str:
    """The processor that an engine tells of, as images name it."""
    return _GO_NAMES.get(machine, machine)


def fits(name: str, wanted: str) -> bool:
    """Whether a platform is the wanted one, or a variant of it (``linux/arm64/v8``)."""
    return f"{name}/".startswith(f"{wanted}/")
