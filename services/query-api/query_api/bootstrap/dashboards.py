"""Wires dashboards, their templates, links and annotations."""

import asyncio
from collections.abc import Awaitable, Callable

from common.runtime.clock import WallClock
from common.runtime.logs import logger
from query_api.adapters.randomness import SystemRandomness
from query_api.adapters.rate_limits import MemoryRateLimits
from query_api.adapters.vocabulary import OfStores
from query_api.bootstrap.stores import Stores
from query_api.domain.rate import Quota
from query_api.domain.share import REMEMBERED, USES_A_MINUTE
from query_api.ports import Unavailable
from query_api.ports.dashboards import DashboardPorts
from query_api.settings import QuerySettings

_SWEEP_SECONDS = 3_600.0

_log = logger(__name__)


def dashboard_ports(settings: QuerySettings, stores: Stores) -> DashboardPorts:
    return DashboardPorts(
        dashboards=stores.dashboards,
        templates=stores.templates,
        shares=stores.shares,
        annotations=stores.annotations,
        vocabulary=OfStores(metrics=stores.metric_books, kept_labels=stores.labels),
        randomness=SystemRandomness(),
        link_limits=MemoryRateLimits(Quota(requests=USES_A_MINUTE)),
        public_url=settings.public_url,
    )


def sweeping_links(stores: Stores) -> Callable[[], Awaitable[None]]:
    """Forgets links that ended long ago, for ever; every replica may."""

    async def sweep() -> None:
        while True:
            try:
                await stores.shares.remove_ended(WallClock().now() - REMEMBERED)
            except Unavailable as error:
                _log.warning("ended links are swept later", reason=str(error))
            await asyncio.sleep(_SWEEP_SECONDS)

    return sweep
