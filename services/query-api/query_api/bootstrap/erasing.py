"""Wires the erasing of accounts, and of whole workspaces, from this service's own stores."""

from collections.abc import Sequence

from common.runtime.chores import Chore
from common.runtime.clock import WallClock
from query_api.bootstrap.exporting import erasable_exports
from query_api.bootstrap.stores import Stores
from query_api.ports import Services
from query_api.ports.erasing import Erasable, OfWorkspaces
from query_api.use_cases.erasing import Erasing
from query_api.use_cases.forgetting_accounts import ForgettingAccounts


def erasing_chore(stores: Stores, services: Services) -> Chore:
    exports = erasable_exports(services)
    erasing = Erasing(
        ledger=stores.erasures,
        stores=(*_of_accounts(stores), *exports),
        of_workspaces=(*_of_workspaces(stores), *exports),
        wall=WallClock(),
    )
    return Chore(name="erase", every_seconds=1, work=erasing.go_on)


def _of_accounts(stores: Stores) -> Sequence[Erasable]:
    """All that hold something of accounts."""
    forgetting = ForgettingAccounts(
        store=stores.dashboards, shares=stores.shares, annotations=stores.annotations, wall=WallClock()
    )
    of_posts = (stores.post_labels, stores.label_rules)
    return stores.kept_accounts, *of_posts, forgetting, stores.imports, stores.replays


def _of_workspaces(stores: Stores) -> Sequence[OfWorkspaces]:
    """All that hold something of workspaces; their accounts are erased one by one."""
    of_labels = (stores.labels, stores.post_labels, stores.label_rules)
    of_dashboards = (stores.dashboards, stores.templates, stores.shares, stores.annotations)
    return (*of_labels, *of_dashboards, stores.metric_books, stores.imports, stores.replays, stores.deliveries)
