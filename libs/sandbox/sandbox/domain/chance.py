"""Chance without memory: the same seed and key give the same draws on every machine and in every order."""

import struct
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from statistics import NormalDist

DRAWS = 16

_UNPACK = struct.Struct(f"<{DRAWS}I").unpack
_NORMAL = NormalDist()


def uniforms(*key: int | str) -> tuple[float, ...]:
    """Sixteen independent draws in (0, 1) for `key`."""
    digest = blake2b(":".join(map(str, key)).encode(), digest_size=4 * DRAWS).digest()
    return tuple((word + 0.5) / 2**32 for word in _UNPACK(digest))


def handle(*key: int | str) -> str:
    """40 hexadecimal digits for `key`."""
    return blake2b(":".join(map(str, key)).encode(), digest_size=20).hexdigest()


def between(draw: float, low: float, high: float) -> float:
    return low + (high - low) * draw


def normal(draw: float) -> float:
    """The standard normal quantile of `draw`."""
    return _NORMAL.inv_cdf(draw)


def pick(draw: float, weights: Sequence[float]) -> int:
    """The index that `draw` hits when each index is as wide as its weight."""
    target = draw * sum(weights)
    for index, edge in enumerate(accumulate(weights)):
        if target < edge:
            return index
    return len(weights) - 1


def shares(weights: Sequence[float], *, whole: float = 1.0, digits: int = 4) -> tuple[float, ...]:
    """`weights` as fractions of `whole`, rounded down, so that they never sum to more than `whole`."""
    unit = 10**digits
    total = sum(weights)
    return tuple(int(weight / total * whole * unit) / unit for weight in weights)
