"""Request bodies as ClickHouse takes them: any number of compressed frames one after another (Content-Encoding)."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

import lz4.frame
import zstandard

from embedded.clickhouse import errors

# zlib takes the gzip or the zlib header, whichever is there.
_ANY_HEADER = 47


class _Frame(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Encoding:
    new_frame: Callable[[], _Frame]
    failures: tuple[type[Exception], ...]
    code: int
    name: str


def _zlib() -> _Frame:
    return zlib.decompressobj(wbits=_ANY_HEADER)


def _lz4() -> _Frame:
    return cast(_Frame, lz4.frame.LZ4FrameDecompressor())


def _zstd() -> _Frame:
    return cast(_Frame, zstandard.ZstdDecompressor().decompressobj())


_GZIP = _Encoding(_zlib, (zlib.error,), 354, "ZLIB_INFLATE_FAILED")
_ENCODINGS: Mapping[str, _Encoding] = {
    "lz4": _Encoding(_lz4, (RuntimeError, EOFError), 618, "LZ4_DECODER_FAILED"),
    "zstd": _Encoding(_zstd, (zstandard.ZstdError,), 561, "ZSTD_DECODER_FAILED"),
    "gzip": _GZIP,
    "deflate": _GZIP,
}


class Decoder:
    """Feed it the body as it comes, then `finish`: both raise ClickHouseError on what is broken or cut short."""

    def __init__(self, content_encoding: str) -> None:
        name = content_encoding.strip().lower()
        self._encoding = _ENCODINGS.get(name)
        self._frame: _Frame | None = None
        if self._encoding is None and name not in ("", "identity"):
            raise errors.refusal(
                errors.NOT_IMPLEMENTED,
                "NOT_IMPLEMENTED",
                f"Unknown Content-Encoding {name}; use {', '.join(_ENCODINGS)}",
            )

    def feed(self, data: bytes) -> bytes:
        return data if self._encoding is None else b"".join(self._frames(self._encoding, data))

    def finish(self) -> None:
        if self._encoding is not None and self._frame is not None and not self._frame.eof:
            raise self._failure(self._encoding, "the body ends in the middle of a compressed frame")

    def _frames(self, encoding: _Encoding, data: bytes) -> list[bytes]:
        plain = []
        try:
            while data:
                if self._frame is None or self._frame.eof:
                    self._frame = encoding.new_frame()
                plain.append(self._frame.decompress(data))
                data = self._frame.unused_data or b""
        except encoding.failures as error:
            raise self._failure(encoding, str(error)) from error
        return plain

    def _failure(self, encoding: _Encoding, reason: str) -> errors.ClickHouseError:
        return errors.refusal(encoding.code, encoding.name, f"Cannot decompress the request's body: {reason}")
