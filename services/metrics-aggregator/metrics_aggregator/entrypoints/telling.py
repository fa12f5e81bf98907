"""What commands print: JSON, one line per thing. Bytes that are no text, and control characters, come escaped."""

import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from metrics_aggregator.domain.differences import Difference
from metrics_aggregator.domain.letters import Letter
from metrics_aggregator.use_cases.redriving import Pile


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def tell_differences(found: AsyncIterator[Difference]) -> int:
    """One JSON line per difference; returns their number."""
    count = 0
    async for difference in found:
        count += 1
        say(json.dumps(_difference(difference)))
    return count


def tell_pile(pile: Pile) -> None:
    row = {
        "topic": pile.topic,
        "code": pile.code,
        "letters": pile.letters,
        "first_offset": pile.first.offset,
        "last_offset": pile.last.offset,
        "last_written": _moment(pile.last),
        "last_reason": pile.last.reason,
    }
    say(json.dumps(row))


def tell_letter(letter: Letter) -> None:
    row = {
        "topic": letter.topic,
        "offset": letter.offset,
        "written": _moment(letter),
        "key": _text(letter.key),
        "headers": [[name, _text(value)] for name, value in letter.headers],
        "value": _text(letter.value),
    }
    say(json.dumps(row, indent=2))


def _difference(difference: Difference) -> dict[str, object]:
    row: dict[str, object] = {"rollup": difference.rollup, "kind": difference.kind, "key": dict(difference.key)}
    if difference.column:
        row |= {"column": difference.column, "stored": difference.stored, "recomputed": difference.recomputed}
    return row


def _moment(letter: Letter) -> str:
    return datetime.fromtimestamp(letter.written_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="backslashreplace")
