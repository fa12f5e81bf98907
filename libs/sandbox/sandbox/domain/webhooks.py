"""Webhooks of an app (fact sheet A8): who subscribed to what, what an event says and its signature, when it is sent."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol
from urllib.parse import urlsplit

from sandbox.domain import answers, chance, faults, timeline
from sandbox.domain.answers import ApiError
from sandbox.domain.authorization import App, required_text
from sandbox.domain.faults import RuleBook
from sandbox.domain.wire import Json

DEFAULT, COMMENT = "DEFAULT", "COMMENT"
EVENT_TYPES = (DEFAULT, "VIDEO", COMMENT, "DIRECT_MESSAGE", "BRAND_MENTION")
MOST_ITEMS = 100
SCHEMA_VERSION = "1.0"

FIRST_RETRY = 30 * timeline.SECOND
LONGEST_WAIT = 6 * timeline.HOUR
GIVEN_UP_AFTER = 72 * timeline.HOUR
# How much later than due a duplicate, or an event that others overtake, is sent at most.
_LATEST = 10 * 60 * timeline.SECOND

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    event_type: str
    callback_url: str
    items: tuple[str, ...] = ()
    """Posts whose comments are told of; none stands for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one address; `number` is given by the book, 0 before."""

    number: int = 0
    event: str
    open_id: str
    callback_url: str
    body: str
    created: int
    due: int
    attempts: int = 0
    state: Literal["waiting", "delivered", "dropped"] = "waiting"
    last_answer: str | None = None


class WebhookBook(Protocol):
    """Where subscriptions and deliveries are kept; every method is atomic and durable."""

    def subscriptions(self) -> tuple[Subscription, ...]: ...

    def subscribe(self, subscription: Subscription) -> None:
        """In place of the one for the same type of events."""
        ...

    def unsubscribe(self, event_type: str) -> None: ...

    def send(self, deliveries: Iterable[Delivery]) -> None: ...

    def replace(self, delivery: Delivery) -> None: ...

    def due(self, now: int) -> tuple[Delivery, ...]:
        """Those waiting that should have been sent, in this order."""
        ...

    def deliveries(self) -> tuple[Delivery, ...]: ...

    def last(self) -> int:
        """Number of the newest delivery."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """The three endpoints' rules over a WebhookBook."""

    app: App
    book: WebhookBook
    plain_loopback: bool
    """Whether http is good enough for an address on this machine."""

    def update(self, body: Mapping[str, Json]) -> Json:
        event_type = self._event_type(body)
        callback_url = required_text(body, "callback_url")
        if fault := callback_fault(callback_url, plain_loopback=self.plain_loopback):
            raise ApiError(answers.PARAM_ERROR, f"callback_url: {fault}")
        before = self._found(event_type)
        items = (*(before.items if before else ()), *_items(body, event_type))
        new = Subscription(event_type=event_type, callback_url=callback_url, items=tuple(dict.fromkeys(items)))
        self.book.subscribe(new)
        return self._told(new)

    def show(self, values: Mapping[str, Json]) -> Json:
        found = self._found(self._event_type(values))
        return self._told(found) if found else {}

    def delete(self, body: Mapping[str, Json]) -> Json:
        event_type = self._event_type(body)
        found, ended = self._found(event_type), _items(body, event_type)
        if found is None:
            raise ApiError(answers.NOT_EXIST, f"event_type: there is no webhook for {event_type}")
        left = tuple(item for item in found.items if item not in ended) if ended else ()
        if left:
            self.book.subscribe(replace(found, items=left))
        else:
            self.book.unsubscribe(event_type)
        return self._told(replace(found, items=left))

    def _event_type(self, values: Mapping[str, Json]) -> str:
        self.app.check(values, names=("app_id", "secret"))
        event_type = required_text(values, "event_type")
        if event_type not in EVENT_TYPES:
            raise ApiError(answers.PARAM_ERROR, f"event_type: must be one of {', '.join(EVENT_TYPES)}")
        return event_type

    def _found(self, event_type: str) -> Subscription | None:
        return next((one for one in self.book.subscriptions() if one.event_type == event_type), None)

    def _told(self, one: Subscription) -> Json:
        told = {"app_id": self.app.app_id, "event_type": one.event_type, "callback_url": one.callback_url}
        return {**told, "item_list": list(one.items)} if one.items else told


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentChange:
    """What happened to a comment under a post."""

    comment_id: int
    video_id: int
    parent_comment_id: int = 0
    comment_type: str = "comment"
    comment_action: str = "insert"
    unique_identifier: str = ""
    text: str = ""

    def content(self, now: int) -> Json:
        told: dict[str, Json] = {
            "comment_id": self.comment_id,
            "video_id": self.video_id,
            "parent_comment_id": self.parent_comment_id,
            "comment_type": self.comment_type,
            "comment_action": self.comment_action,
            "timestamp": now // timeline.SECOND,
            "unique_identifier": self.unique_identifier,
        }
        return {**told, "text": self.text} if self.comment_action == "insert" else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Puts what happened on its way to every address that should hear it; returns how many those are."""

    app: App
    book: WebhookBook
    rules: RuleBook
    seed: int

    def authorization_removed(self, open_id: str, reason: int, now: int) -> int:
        """To the app's default address; where it has none, to each it gave for anything."""
        every = self.book.subscriptions()
        chosen = [one for one in every if one.event_type == DEFAULT] or every
        return self._send("authorization.removed", open_id, {"reason": reason}, chosen, now)

    def comment_update(self, open_id: str, change: CommentChange, now: int) -> int:
        chosen = [
            one
            for one in self.book.subscriptions()
            if one.event_type == COMMENT and (not one.items or str(change.video_id) in one.items)
        ]
        return self._send("comment.update", open_id, change.content(now), chosen, now)

    def _send(self, event: str, open_id: str, content: Json, chosen: Iterable[Subscription], now: int) -> int:
        whole = {
            "client_key": self.app.client_key,
            "event": event,
            "create_time": now // timeline.SECOND,
            "user_openid": open_id,
            "content": json.dumps(content, ensure_ascii=False),
        }
        body = json.dumps(whole, ensure_ascii=False)
        urls = dict.fromkeys(one.callback_url for one in chosen)
        for url in urls:
            plain = Delivery(event=event, open_id=open_id, callback_url=url, body=body, created=now, due=now)
            self.book.send(self._faulty(plain))
        return len(urls)

    def _faulty(self, plain: Delivery) -> tuple[Delivery, ...]:
        number = self.book.last() + 1
        later = plain.due + 1 + int(chance.uniforms(self.seed, "webhook", number)[0] * _LATEST)
        late = faults.strikes_webhook(self.rules.rules(), "webhook_disorder", self._key(number), plain.open_id)
        twice = faults.strikes_webhook(self.rules.rules(), "webhook_duplicate", self._key(number), plain.open_id)
        first = replace(plain, due=later) if late else plain
        return (first, replace(plain, due=later)) if twice else (first,)

    def _key(self, number: int) -> tuple[int, int]:
        return self.seed, number


def callback_fault(url: str, *, plain_loopback: bool) -> str | None:
    """Why TikTok would not call `url`; None when it would."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "must be an absolute https address"
    if parts.scheme == "http" and parts.hostname in _LOOPBACK and plain_loopback:
        return None
    return None if parts.scheme == "https" and parts.hostname else "must be an absolute https address"


def headers(app: App, body: str, *, now: int, log_id: str) -> dict[str, str]:
    """What goes with `body` when it is sent at `now`."""
    return {
        "content-type": "application/json",
        "tiktok-signature": signature(app.secret, body, at=now // timeline.SECOND),
        "webhook-schema-version": SCHEMA_VERSION,
        "x-tt-logid": log_id,
    }


def signature(secret: str, body: str, *, at: int) -> str:
    signed = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},s={signed}"


def after_attempt(delivery: Delivery, *, status: int | None, now: int) -> Delivery:
    """`delivery` once it was sent at `now`: done with 200, else due again, twice as long after each failure."""
    attempts, answer = delivery.attempts + 1, f"HTTP {status}" if status else "no answer"
    tried = replace(delivery, attempts=attempts, last_answer=answer)
    if status == 200:
        return replace(tried, state="delivered")
    due = now + min(FIRST_RETRY * 2 ** (attempts - 1), LONGEST_WAIT)
    if due >= delivery.created + GIVEN_UP_AFTER:
        return replace(tried, state="dropped")
    return replace(tried, due=due)


def _items(body: Mapping[str, Json], event_type: str) -> tuple[str, ...]:
    items = body.get("item_list")
    if event_type != COMMENT or items is None:
        return ()
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) and item.isdecimal() for item in items):
        raise ApiError(answers.PARAM_ERROR, "item_list: must be a JSON array of post ids, each a string")
    if len(items) > MOST_ITEMS:
        raise ApiError(answers.ID_LIMIT_EXCEEDED, f"item_list: must hold at most {MOST_ITEMS} ids")
    return tuple(str(item) for item in items)
