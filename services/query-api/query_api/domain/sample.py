"""The Sample Account's rule: it is looked at alone, or not at all, so that made-up figures are in nobody's totals."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from common.catalog import SCOPES
from common.catalog.coverage import HISTORY_DAYS
from common.events import SAMPLE_ACCOUNT_ID, SAMPLE_WORKSPACE_ID, AccountChange, AccountStatus, AccountV1
from query_api.domain.errors import BadInput

# Grows when the made-up figures change: then all of them are told again.
VERSION = 1
MIXED = "the Sample Account's figures are made up and are never added to real ones"
USERNAME, NAME = "sample.account", "Sample Account"


def workspace_asked(accounts: Sequence[str] | None, own: UUID) -> UUID:
    """Whose figures are asked for by the parameter `accounts`: the sample's when it is named alone, else one's own.

    Left out it is one's own accounts, never the sample. Raises `BadInput` where the sample is named beside others.
    """
    if accounts is None or str(SAMPLE_ACCOUNT_ID) not in map(str.lower, accounts):
        return own
    if len(set(accounts)) > 1:
        raise BadInput("accounts", MIXED, "ask for it alone, or leave it out")
    return SAMPLE_WORKSPACE_ID


def is_sample(workspace_id: UUID) -> bool:
    return workspace_id == SAMPLE_WORKSPACE_ID


def sample_account(first_day: date) -> AccountV1:
    """The account, whose figures begin on `first_day`: as if connected when TikTok gave that day as the earliest."""
    connected_at = datetime.combine(first_day, time(6), UTC) + timedelta(days=HISTORY_DAYS)
    return AccountV1(
        workspace_id=SAMPLE_WORKSPACE_ID,
        account_id=SAMPLE_ACCOUNT_ID,
        change=AccountChange.CONNECTED,
        status=AccountStatus.CONNECTED,
        open_id="sample",
        username=USERNAME,
        display_name=NAME,
        is_business_account=True,
        scopes=SCOPES,
        connected_at=connected_at,
        changed_at=connected_at,
        revision=VERSION,
    )


def untold(told_through: date | None, newest: date, *, history: timedelta) -> Sequence[date]:
    """The days to tell, oldest first: after the last one told, and never further back than `history`."""
    earliest = newest - history
    first = earliest if told_through is None else max(earliest, told_through + timedelta(days=1))
    return [first + timedelta(days=step) for step in range((newest - first).days + 1)]
