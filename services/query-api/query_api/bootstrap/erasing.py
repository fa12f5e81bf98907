"""Wires the erasing of accounts from this service's own store."""

from common.runtime.chores import Chore
from common.runtime.clock import WallClock
from query_api.bootstrap.exporting import erasable_exports
from query_api.bootstrap.stores import Stores
from query_api.ports import Services
from query_api.use_cases.erasing import Erasing


def erasing_chore(stores: Stores, services: Services) -> Chore:
    erasable = (*stores.erasable, *erasable_exports(services))
    erasing = Erasing(ledger=stores.erasures, stores=erasable, wall=WallClock())
    return Chore(name="erase", every_seconds=1, work=erasing.go_on)
