"""Cursors of lists: where the page before ended, opaque to whoever carries them."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime

from auth_service.domain.errors import InvalidInput


def written_cursor(place: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(place), default=_text).encode()).decode()


def read_cursor(cursor: str, length: int) -> list[object]:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor))
    except ValueError:
        place = None
    if not isinstance(place, list) or len(place) != length:
        raise bad_cursor()
    return place


def read_moment(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        raise bad_cursor() from None


def bad_cursor() -> InvalidInput:
    return InvalidInput("The cursor is not one that this list gave.")


def _text(moment: object) -> str:
    return moment.isoformat() if isinstance(moment, datetime) else str(moment)
