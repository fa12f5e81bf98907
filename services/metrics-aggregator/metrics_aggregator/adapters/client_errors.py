"""What ended inside Kafka's client.

aiokafka keeps an error of its routines for whoever asks its consumer for records. Faust asks beneath it and hears of an
error only while it waits for records: not in a rebalance, nor while ClickHouse is away. It touches private attributes
of aiokafka 0.14.0; the tests break each of the three.
"""

from asyncio import Task
from typing import Any

from aiokafka import AIOKafkaConsumer


class ClientEnded(Exception):
    """The client reads or rejoins no more, and will not begin again."""


def raise_if_ended(consumer: AIOKafkaConsumer | None) -> None:
    """Raise `ClientEnded` when a routine of a group's `consumer` has ended, or waits for what will never come."""
    if consumer is None or consumer._coordinator is None:
        # Its thread has not started it yet.
        return
    coordinator = consumer._coordinator
    error = (
        _error(coordinator._coordination_task)
        # The routine waits until somebody takes this error from it.
        or coordinator._pending_exception
        or _error(consumer._fetcher.error_future)
    )
    if error:
        raise ClientEnded(repr(error)) from error


def _error(task: Task[Any]) -> BaseException | None:
    return task.exception() if task.done() and not task.cancelled() else None
