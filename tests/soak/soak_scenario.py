"""The whole scenario: seven accounts of each character through sixty days."""

from collections.abc import AsyncIterator

import pytest

from sandbox.domain.population import TRAITS

from ..integration.scenario.judging import Judge, slugs
from ..integration.scenario.playing import played

OF_EACH = 7


@pytest.fixture(scope="module")
async def judge(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Judge]:
    accounts = OF_EACH * len(TRAITS)
    async with played(tmp_path_factory.mktemp("scenario"), accounts=accounts, settle_seconds=1200) as judge:
        yield judge


async def test_growth_of_every_post(judge: Judge) -> None:
    await judge.expect_growth()


@pytest.mark.parametrize("slug", slugs())
async def test_widget(judge: Judge, slug: str) -> None:
    await judge.expect_widget(slug)
