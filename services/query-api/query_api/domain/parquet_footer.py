"""How many rows a Parquet file says it has: the third field of its footer, in Thrift's compact encoding.

The footer ends the file, followed by its length (4 bytes, little-endian) and the mark PAR1.
"""

from collections.abc import Callable, Mapping

MARK = b"PAR1"
TAIL_BYTES = 8
_STRUCT, _ROWS, _STOP = 12, 3, 0
# A list's length stands behind its head when it is longer than its head can say.
_LONG_LIST = 15


class NoFooter(ValueError):
    """These are not the last bytes of a Parquet file."""


def footer_bytes(tail: bytes) -> int:
    """The footer's length, from the file's last `TAIL_BYTES`."""
    if len(tail) != TAIL_BYTES or not tail.endswith(MARK):
        raise NoFooter
    return int.from_bytes(tail[:4], "little")


def rows_in(footer: bytes) -> int:
    try:
        return _Reader(footer).rows()
    except IndexError:
        raise NoFooter from None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def rows(self) -> int:
        field = 0
        while head := self._byte():
            field = self._field(head, field)
            if field == _ROWS:
                return self._signed()
            self._skip(head & 15)
        raise NoFooter

    def _skip(self, kind: int) -> None:
        step = _STEPS.get(kind)
        if step is None:
            raise NoFooter
        step(self)

    def struct(self) -> None:
        field = 0
        while (head := self._byte()) != _STOP:
            field = self._field(head, field)
            self._skip(head & 15)

    def sequence(self) -> None:
        head = self._byte()
        size = head >> 4 if head >> 4 != _LONG_LIST else self.number()
        for _ in range(size):
            self._skip(head & 15)

    def text(self) -> None:
        size = self.number()
        self._place += size

    def double(self) -> None:
        self._place += 8

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def nothing(self) -> None:
        """True and false are their own heads."""

    def _signed(self) -> int:
        value = self.number()
        return (value >> 1) ^ -(value & 1)

    def _field(self, head: int, before: int) -> int:
        return before + (head >> 4) if head >> 4 else self._signed()

    def _byte(self) -> int:
        self._place += 1
        return self._data[self._place - 1]


_STEPS: Mapping[int, Callable[[_Reader], object]] = {
    1: _Reader.nothing,
    2: _Reader.nothing,
    3: _Reader._byte,
    4: _Reader.number,
    5: _Reader.number,
    6: _Reader.number,
    7: _Reader.double,
    8: _Reader.text,
    9: _Reader.sequence,
    10: _Reader.sequence,
    _STRUCT: _Reader.struct,
}
