"""One account of each character through three weeks, on the real path: every widget equals the oracle.

The soak plays sixty days with more accounts.
"""

from collections.abc import AsyncIterator

import pytest

from sandbox.domain.population import TRAITS

from .oracle import widgets
from .scenario.judging import Judge, slugs
from .scenario.playing import played

DAYS = 21


@pytest.fixture(scope="module")
async def judge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Judge]:
    folder = tmp_path_factory.mktemp("scenario")
    async with played(folder, accounts=len(TRAITS), settle_seconds=900, days=DAYS) as judge:
        yield judge


def test_whatever_the_warehouse_shows_the_oracle_knows() -> None:
    assert set(slugs()) == set(widgets.TABLES)


async def test_growth_of_every_post(judge: Judge) -> None:
    await judge.expect_growth()


@pytest.mark.parametrize("slug", slugs())
async def test_widget(judge: Judge, slug: str) -> None:
    await judge.expect_widget(slug)
