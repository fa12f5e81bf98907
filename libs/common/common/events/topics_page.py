"""The reference page of the topics: a card each, from their declarations."""

from collections.abc import Iterator

from common.catalog.reference import page, table
from common.events.contracts import EVENTS, folder_of
from common.events.envelope import Event
from common.events.topics import Cleanup, Topic

_DAY_MS = 24 * 60 * 60 * 1000
_INTRO = (
    "Events are CloudEvents 1.0 in Kafka's binary mode: attributes are `ce_*` headers, the value is JSON. Partitions "
    "are for ever, because a key's place is; records carry Kafka's own time (LogAppendTime). Each topic has a "
    "`<topic>.dlq` for records nobody can use: one partition, 30 days. *Partners* may read a topic where they are "
    "named among its readers; see [how to consume events](../how-to/consume-events.md)."
)


def topics_page() -> str:
    index = table(
        ("topic", "key", "partitions", "kept", "partners"),
        [
            (
                f"[{event.topic.name}](#{_anchor(event.topic)})",
                f"`{event.topic.key}`",
                str(event.topic.partitions),
                _kept(event.topic),
                "no" if event.topic.is_internal else "yes",
            )
            for event in EVENTS
        ],
    )
    return page("Topics", _INTRO, *index, *(line for event in EVENTS for line in _card(event)))


def _card(event: type[Event]) -> Iterator[str]:
    topic = event.topic
    yield from (f"## {topic.name} {{#{_anchor(topic)}}}", "", f"{topic.purpose}.", "")
    yield from table(
        ("", ""),
        [
            ("key", f"`{topic.key}`"),
            ("ordering", topic.ordering),
            ("delivery", topic.delivery),
            ("kept", _kept(topic)),
            ("partitions", str(topic.partitions)),
            ("written by", ", ".join(topic.producers)),
            ("read by", ", ".join(topic.consumers)),
            ("schema", f"`contracts/events/{folder_of(topic)}.schema.json`"),
            ("examples", f"`contracts/examples/{folder_of(topic)}/`"),
        ],
    )


def _anchor(topic: Topic) -> str:
    return topic.name.replace(".", "-")


def _kept(topic: Topic) -> str:
    if topic.cleanup is Cleanup.COMPACT:
        return "the last record of each key, for ever"
    if topic.retention_ms < 0:
        return "for ever"
    days = topic.retention_ms // _DAY_MS
    return f"{days} day{'s' if days > 1 else ''}"
