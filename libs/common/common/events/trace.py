"""W3C trace context: one trace from TikTok's answer, over Kafka, to the rollup that shows it.

https://www.w3.org/TR/trace-context/ — version 00, always sampled: who collects traces decides what to keep.
"""

import re
import secrets
from collections.abc import Sequence
from contextvars import ContextVar

_FORM = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def begin(parent: str | None = None) -> None:
    """From here on this task, and those it starts, work within `parent`, or within a new trace."""
    _current.set(child(parent))


def current() -> str:
    """The traceparent for what the work under way sends out; of a new trace where none was begun."""
    return child(_current.get())


def child(parent: str | None) -> str:
    """Another span of `parent`'s trace; the first of a new trace without one."""
    trace_id = parent[3:35] if parent else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


def given(headers: Sequence[tuple[str, bytes]]) -> str | None:
    """The traceparent a record came with; None where it has none or one that is not as the specification says."""
    text = next((value for name, value in headers if name == "traceparent"), b"")
    return text.decode() if _FORM.fullmatch(text) else None
