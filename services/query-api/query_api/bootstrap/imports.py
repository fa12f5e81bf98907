"""Wires importing files of TikTok Studio, and what goes on beside the requests."""

from uuid_utils import compat

from common.bus.publish import Publisher
from common.documents.store import Database
from common.documents.turn import MongoTurn
from common.runtime.chores import Chore
from common.runtime.clock import WallClock
from query_api.adapters.clickhouse_facts import ClickHouseFacts
from query_api.adapters.clickhouse_warehouse import ClickHouseWarehouse
from query_api.adapters.events import KafkaEvents
from query_api.bootstrap.stores import Stores
from query_api.ports.imports import ImportPorts
from query_api.use_cases.importing import PublishingImports


def import_ports(stores: Stores, warehouse: ClickHouseWarehouse) -> ImportPorts:
    return ImportPorts(
        imports=stores.imports, facts=ClickHouseFacts(warehouse), erased=stores.erasures, new_id=compat.uuid7
    )


def import_chores(ports: ImportPorts, publisher: Publisher, database: Database) -> tuple[Chore, ...]:
    publishing = PublishingImports(
        ports=ports, events=KafkaEvents(publisher), wall=WallClock(), turn=MongoTurn(database, "imports")
    )
    return (
        Chore(name="publish imports", every_seconds=1, work=publishing.go_on),
        Chore(name="sweep uploads", every_seconds=600, work=publishing.sweep),
    )
