"""The steps of setting a data source up: the hub, then accounts and table."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.events import AccountV1
from query_api.domain.looker.tables import DEFAULT_TABLE, TABLES

USER, SAMPLE = "user", "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One question to the person; `dynamic` asks for the next step once it is answered."""

    type: str
    name: str
    label: str | None = None
    help: str | None = None
    text: str | None = None
    options: tuple[Option, ...] = ()
    dynamic: bool = False
    overridable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    parameters: tuple[Parameter, ...]
    another: bool
    """Whether a further step follows."""


_INTRO = Parameter(
    type="INFO",
    name="intro",
    text="Figures of your TikTok Business accounts, kept beyond TikTok's 60 days. Days are UTC, TikTok's own.",
)
_HUB = Parameter(
    type="SELECT_SINGLE",
    name="hub",
    label="Hub",
    help="Your own accounts, or made-up figures to look around.",
    options=(Option(label="User Account", value=USER), Option(label="Sample Account", value=SAMPLE)),
    dynamic=True,
)
_TABLE = Parameter(
    type="SELECT_SINGLE",
    name="table",
    label="Table",
    help="What one row is. " + " ".join(f"{table.name}: {table.meaning}" for table in TABLES.values()),
    options=tuple(Option(label=table.name, value=table.slug) for table in TABLES.values()),
    overridable=True,
)
_NO_ACCOUNTS = Parameter(
    type="INFO",
    name="no_accounts",
    text="This key may read no account yet: connect one in TikTok Organic Analytics, or choose the Sample Account.",
)


def step_of(hub: str | None, accounts: Sequence[AccountV1]) -> Step:
    """The step after `hub` was chosen, or the first one; `accounts` are those the key may read."""
    if hub not in (USER, SAMPLE):
        return Step(parameters=(_INTRO, _HUB), another=True)
    if hub == SAMPLE:
        return Step(parameters=(_INTRO, _HUB, _TABLE), another=False)
    if not accounts:
        return Step(parameters=(_INTRO, _HUB, _NO_ACCOUNTS), another=True)
    return Step(parameters=(_INTRO, _HUB, _accounts(accounts), _TABLE), another=False)


def _accounts(accounts: Sequence[AccountV1]) -> Parameter:
    return Parameter(
        type="SELECT_MULTIPLE",
        name="account_ids",
        label="Accounts",
        help="None chosen means all that the key may read, those connected later too.",
        options=tuple(Option(label=name_of(account), value=str(account.account_id)) for account in accounts),
        overridable=True,
    )


def name_of(account: AccountV1) -> str:
    """What people call the account."""
    return f"@{account.username}" if account.username else account.display_name or str(account.account_id)


def table_of(slug: str | None) -> str:
    return slug if slug and slug in TABLES else DEFAULT_TABLE
