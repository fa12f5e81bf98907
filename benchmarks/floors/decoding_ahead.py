"""The floor of facts with what the product does about waiting: 5,000 records at once, the next ones decoded while an
insert is in flight."""

from clickhouse_connect.driver.asyncclient import AsyncClient

from benchmarks.floors.decoding import columns, inserting
from benchmarks.floors.reading import Consumer, one_ahead, run


async def _work(consumer: Consumer, client: AsyncClient) -> None:
    await one_ahead(consumer, columns, await inserting(client))


if __name__ == "__main__":
    run(_work)
