"""Figures of volumes."""

from __future__ import annotations

from typing import Any

from envcheck.engine import seen
from envcheck.engine.counting import counted
from envcheck.engine.failures import ours


@ours("adding up the sizes of volumes")
def volume_sizes(api: Any) -> dict[str, int]:
    """Bytes of each volume. The SDK's own `df` cannot be told that only volumes are wanted.

    ``type`` is heeded from API 1.42 on, which spares the engine its images. ``verbose`` asks for
    what is told of each volume, from API 1.52 on (moby, api/docs/CHANGELOG.md).
    """
    asked = {"type": "volume", "verbose": "1"}

    def ask() -> Any:
        answer = api._get(api._url("/system/df"), params=asked)  # noqa: SLF001
        return api._result(answer, True)  # noqa: SLF001, FBT003 - the SDK's own way

    return seen.volume_sizes(counted(ask))
