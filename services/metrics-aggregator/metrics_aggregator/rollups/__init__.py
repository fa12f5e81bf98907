"""The rollups: one SELECT from the facts each, bound to the touched keys or run over everything."""

import re
from dataclasses import dataclass
from importlib import resources
from string import Template

from common.catalog import Grain
from common.warehouse.columns import fact_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """A rollup table, the grain of its fields and the columns around them."""

    table: str
    grain: Grain
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The tables of facts its SELECT reads."""
        return tuple(sorted(set(re.findall(r"\b\w+_facts\b", self.selection()))))

    def insertion(self, into: str | None = None) -> str:
        """`INSERT … SELECT` with parameters everything, accounts, version (and posts, for rollups of posts).

        `into` is another table of the same structure.
        """
        columns = (*self.before, *fact_columns(self.grain), *self.after, "version", "is_deleted")
        return f"INSERT INTO {into or self.table} ({', '.join(columns)})\n{self.selection()}"

    def selection(self) -> str:
        fields = fact_columns(self.grain)
        template = (resources.files(__name__) / f"{self.table}.sql").read_text()
        return Template(template).substitute(
            fields=", ".join(fields),
            last_good_values=", ".join(f"argMax({name}, rank) AS {name}" for name in fields),
        )


ROLLUPS = {
    rollup.table: rollup
    for rollup in (
        Rollup(
            table="account_day",
            grain=Grain.PROFILE_DAY,
            before=("workspace_id", "account_id", "channel", "day"),
            after=("followers", "net_followers", "follower_series", "followers_are_live", "observed_at"),
        ),
        Rollup(
            table="post_latest",
            grain=Grain.POST,
            before=("workspace_id", "account_id", "channel", "post_id", "published_at", "format"),
            after=("first_observed_at", "observed_at"),
        ),
    )
}
