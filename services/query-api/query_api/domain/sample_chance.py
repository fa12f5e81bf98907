"""Draws without memory: the same key gives the same numbers on every machine, in any order."""

import struct
from collections.abc import Sequence
from hashlib import blake2b
from statistics import NormalDist

_DRAWS = 12
_UNPACK = struct.Struct(f"<{_DRAWS}I").unpack
_NORMAL = NormalDist()


def draws(*key: int | str) -> tuple[float, ...]:
    """Twelve independent draws in (0, 1)."""
    digest = blake2b(":".join(map(str, key)).encode(), digest_size=4 * _DRAWS).digest()
    return tuple((word + 0.5) / 2**32 for word in _UNPACK(digest))


def between(draw: float, low: float, high: float) -> float:
    return low + (high - low) * draw


def normal(draw: float) -> float:
    """The standard normal quantile of `draw`."""
    return _NORMAL.inv_cdf(draw)


def shares(weights: Sequence[float], *, whole: float = 1.0) -> tuple[float, ...]:
    """Fractions of `whole` to four digits, rounded down so that they never add up to more."""
    total = sum(weights)
    return tuple(int(weight / total * whole * 10_000) / 10_000 for weight in weights)
