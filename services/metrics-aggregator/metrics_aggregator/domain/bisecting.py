"""Inserting a batch that may hold refused rows: halves are tried until the refused ones stand alone."""

from collections.abc import Awaitable, Callable, Sequence

from metrics_aggregator.domain.records import Refusal, Snapshot


class RowsRefused(Exception):
    """Some of the rows can never be taken; which ones is not known. `code` is the store's error code, or a word."""

    def __init__(self, code: int | str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


Insert = Callable[[Sequence[Snapshot]], Awaitable[None]]


async def insert_usable(snapshots: Sequence[Snapshot], insert: Insert) -> list[Refusal]:
    """Insert all that can be inserted and return the rest with reasons. Other errors of `insert` pass through."""
    if not snapshots:
        return []
    try:
        await insert(snapshots)
    except RowsRefused as refused:
        if len(snapshots) == 1:
            return [Refusal(record=snapshots[0].record, code=str(refused.code), reason=refused.reason)]
        middle = len(snapshots) // 2
        first = await insert_usable(snapshots[:middle], insert)
        return [*first, *await insert_usable(snapshots[middle:], insert)]
    return []
