"""Wires labels and plans: what the routes need, what goes on beside them, and the group that labels new posts."""

from collections.abc import Awaitable, Callable

from uuid_utils import compat

from common.runtime.chores import Chore
from common.runtime.clock import WallClock, domain_clock
from query_api.adapters.clickhouse_posts import ClickHousePosts
from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse
from query_api.adapters.following import Undecodable
from query_api.adapters.rollups_group import RollupsGroup
from query_api.bootstrap.stores import Stores
from query_api.bootstrap.uses import label_users
from query_api.ports.labels import LabelPorts
from query_api.settings import QuerySettings
from query_api.use_cases.keeping_labels import KeepingLabels
from query_api.use_cases.ruling_labels import RulingLabels

_GROUP = "query-api-label-rules"


def label_ports(stores: Stores, warehouse: ClickHouseWarehouse) -> LabelPorts:
    return LabelPorts(
        labels=stores.labels,
        book=stores.post_labels,
        rules=stores.label_rules,
        posts=ClickHousePosts(warehouse),
        erased=stores.erasures,
        users=label_users(stores),
        new_id=compat.uuid7,
    )


def label_chore(settings: QuerySettings, ports: LabelPorts) -> Chore:
    keeping = KeepingLabels(ports=ports, clock=domain_clock(settings.clock_file), wall=WallClock())
    return Chore(name="clear ended labels", every_seconds=5, work=keeping.clear_ended)


def rule_runs(
    settings: QuerySettings, ports: LabelPorts, undecodable: Undecodable
) -> tuple[Callable[[], Awaitable[None]], ...]:
    """Nothing where the process leaves new posts to other replicas."""
    ruling = RulingLabels(ports=ports, clock=domain_clock(settings.clock_file))
    group = RollupsGroup(_GROUP, bootstrap=settings.kafka_bootstrap, handle=ruling.follow, undecodable=undecodable)
    return (group.run,) if settings.label_rules else ()
