"""The sandbox's answer log: the successful answers that bear on collected accounts, oldest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

PROFILE = "business/get"
POSTS = "business/video/list"


@dataclass(frozen=True)
class Answer:
    n: int
    at: datetime
    account_id: str
    endpoint: str
    data: Mapping[str, object]

    def says(self, field: str, value: object) -> str:
        """Which observation a value came from, for a person reading a difference."""
        return f"{field}={value!r} in answer {self.n} of {self.at.isoformat()} ({self.endpoint})"


def read_answers(
    entries: Iterable[Mapping[str, object]], *, account_of: Mapping[str, str], now: datetime
) -> list[Answer]:
    """Answers observed up to `now`; `account_of` maps open_id to account_id.

    Ordered by time of observation, never by place in the log; the log's number only settles equal times.
    """
    found = []
    for entry in entries:
        answer = _read(entry, account_of)
        if answer is not None and answer.at <= now:
            found.append(answer)
    return sorted(found, key=lambda answer: (answer.at, answer.n))


def last_profile_answer(answers: Iterable[Answer], account_id: str) -> datetime | None:
    """When the account's profile was last collected: no day can be better known than at that moment."""
    times = [answer.at for answer in answers if answer.account_id == account_id and answer.endpoint == PROFILE]
    return max(times, default=None)


def _read(entry: Mapping[str, object], account_of: Mapping[str, str]) -> Answer | None:
    endpoint = _endpoint(str(entry["path"]))
    account_id = account_of.get(str(entry["open_id"]))
    data = _successful_data(entry)
    if endpoint is None or account_id is None or data is None:
        return None
    return Answer(int(str(entry["n"])), _moment(str(entry["at"])), account_id, endpoint, data)


def _endpoint(path: str) -> str | None:
    for endpoint in (PROFILE, POSTS):
        if path.rstrip("/").endswith("/" + endpoint):
            return endpoint
    return None


def _successful_data(entry: Mapping[str, object]) -> Mapping[str, object] | None:
    # TikTok reports its errors on HTTP 200, so both must say success.
    body = entry["body"]
    if entry["http_status"] != 200 or not isinstance(body, dict) or body.get("code") != 0:
        return None
    data = body.get("data")
    return data if isinstance(data, dict) else None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"the log's time {text!r} names no time zone; the sandbox must write UTC")
    return moment
