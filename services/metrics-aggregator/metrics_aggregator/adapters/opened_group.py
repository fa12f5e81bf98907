"""A consumer group whose places are kept by hand, with the client that looks at topics and groups."""

from contextlib import AsyncExitStack
from typing import Self

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient


class OpenedGroup:
    """Use as an async context manager."""

    def __init__(self, bootstrap: str, *, group: str) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._admin: AIOKafkaAdminClient
        self._consumer: AIOKafkaConsumer[bytes, bytes]
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await self._admin.start()
        self._open.push_async_callback(self._admin.close)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, group_id=self._group, enable_auto_commit=False
        )
        await self._consumer.start()
        self._open.push_async_callback(self._consumer.stop)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()
