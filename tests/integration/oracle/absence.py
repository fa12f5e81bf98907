"""Posts that TikTok does not list any more: gone is who is missing in two whole listings one after the other."""

from collections.abc import Iterable

from . import log
from .known import Known

_MISSED = 2


def take_absences(known: Known, answers: Iterable[log.Answer]) -> None:
    """What the whole listings among `answers`, in order, tell of the posts of one account."""
    missed: dict[str, int] = {}
    listed: set[str] = set()
    for answer in answers:
        videos = answer.data.get("videos")
        if answer.account_id != known.account_id or answer.endpoint != log.POSTS or not isinstance(videos, list):
            continue
        listed |= {str(video["item_id"]) for video in videos}
        if answer.data.get("has_more") is False:
            for post_id in missed.keys() - listed:
                missed[post_id] += 1
                if missed[post_id] == _MISSED:
                    known.take_lifecycle(post_id, "gone", answer.at)
            for post_id in listed:
                if missed.get(post_id, 0) >= _MISSED:
                    known.take_lifecycle(post_id, "back", answer.at)
                missed[post_id] = 0
            listed = set()
