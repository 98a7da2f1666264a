"""How figures are written for people: the one place that formats bytes and seconds."""

from __future__ import annotations

_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000


def size(count: int) -> str:
    """Bytes in decimal units as Docker prints them: ``152 MB``, ``1.4 GB``."""
    divisor, unit = _unit(count)
    return f"{count / divisor:.{_digits(count, divisor, unit)}f} {unit}"


def progress(done: int, total: int) -> str:
    """How much of so many bytes is done, both as exact as the total: `` 38/152 MB``."""
    divisor, unit = _unit(total)
    digits = _digits(total, divisor, unit)
    whole = f"{total / divisor:.{digits}f}"
    return f"{min(done, total) / divisor:>{len(whole)}.{digits}f}/{whole} {unit}"


def _unit(count: int) -> tuple[int, str]:
    divisor = 1
    for unit in _UNITS[:-1]:
        if round(count / divisor) < _STEP:
            return divisor, unit
        divisor *= _STEP
    return divisor, _UNITS[-1]


def _digits(count: int, divisor: int, unit: str) -> int:
    return 1 if unit in ("GB", "TB") and count / divisor < 100 else 0  # noqa: PLR2004


def seconds(value: float) -> str:
    """A duration in seconds: ``0.4 s``, ``12 s``, ``3 min 5 s``."""
    if value < 10:  # noqa: PLR2004
        return f"{value:.1f} s"
    if value < 120:  # noqa: PLR2004
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s"


def exactly(value: float) -> str:
    """A duration for comparing: ``0.04 s``, ``1.40 s``, ``31.5 s``, ``3 min 5 s``."""
    if round(value, 2) < 10:  # noqa: PLR2004
        return f"{value:.2f} s"
    if value < 120:  # noqa: PLR2004
        return f"{value:.1f} s"
    return seconds(value)


_AGES = ((60, 1, "second"), (3600, 60, "minute"), (86_400, 3600, "hour"), (None, 86_400, "day"))


def ago(value: float) -> str:
    """How long ago something was, seconds: ``5 minutes ago``, ``1 hour ago``, ``12 days ago``."""
    for most, unit, word in _AGES:
        if most is None or value < most:
            count = max(0, int(value // unit))
            return f"{count} {word if count == 1 else word + 's'} ago"
    raise AssertionError(value)


def age(value: float) -> str:
    """How old something is, seconds, in a few letters: ``40 s``, ``5 min``, ``3 h``, ``12 d``."""
    for most, unit, word in ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h")):
        if value < most:
            return f"{int(value // unit)} {word}"
    return f"{int(value // 86_400)} d"
