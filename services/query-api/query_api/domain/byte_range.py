"""The Range header of a download (RFC 9110, section 14): one range of bytes, or all of it."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


class Unsatisfiable(Exception):
    """Nothing of what is asked for is there."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """From `start` to before `end`."""

    start: int
    end: int


def byte_range(header: str | None, *, size: int) -> ByteRange | None:
    """None is everything: no header, or one we need not understand. Raises `Unsatisfiable`."""
    found = _ONE.fullmatch(header.strip()) if header else None
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    if first and last and int(first) > int(last):
        return None
    if start >= end:
        raise Unsatisfiable
    return ByteRange(start, end)
