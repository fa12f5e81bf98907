"""The rollups: one SELECT from the facts each, bound to the touched keys, run over everything, or as of a moment."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from string import Template

from common.catalog import Field, Grain
from common.warehouse.columns import breakdowns, fact_columns, growth_columns, number_type

_EACH = re.compile(r"\$\{(each\w*):([^}]+)\}")

# Which facts count. Every table of facts is read through one of these.
_RECORDED = "recorded_at <= {known_at:DateTime64(3, 'UTC')}"
_TOUCHED = "(workspace_id, account_id) IN {accounts:Array(Tuple(UUID, UUID))}"
_RECOMPUTED = {
    "facts_of_accounts": f"{_RECORDED} AND ({{everything:Bool}} OR {_TOUCHED})",
    "facts_of_posts": f"{_RECORDED} AND ({{everything:Bool}} OR ({_TOUCHED} AND post_id IN {{posts:Array(String)}}))",
}
_VIEWED = f"{_RECORDED} AND workspace_id = {{workspace_id:UUID}} AND account_id IN {{accounts:Array(UUID)}}"
_KNOWN = {"facts_of_accounts": _VIEWED, "facts_of_posts": _VIEWED}

# Later than anything can be recorded: all facts count.
EVER = "2299-12-31 00:00:00"
EVERYTHING: Mapping[str, object] = {"everything": True, "accounts": [], "posts": [], "known_at": EVER}
"""The parameters that bind a SELECT to all facts there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """A rollup table, its fields (name → ClickHouse type), its breakdowns by grain, and the columns around them."""

    table: str
    fields: Callable[[], Mapping[str, str]]
    before: tuple[str, ...]
    after: tuple[str, ...]
    broken_down: tuple[Grain, ...] = ()

    @property
    def breakdowns(self) -> tuple[Field, ...]:
        return tuple(field for grain in self.broken_down for field in breakdowns(grain))

    @property
    def facts(self) -> tuple[str, ...]:
        """The tables of facts its SELECT reads."""
        return tuple(sorted(set(re.findall(r"\b\w+_facts\b", self.selection()))))

    @property
    def columns(self) -> tuple[str, ...]:
        """What its SELECT gives, in order."""
        maps = (field.name for field in self.breakdowns)
        return (*self.before, *self.fields(), *maps, *self.after, "version", "is_deleted")

    def insertion(self, into: str | None = None) -> str:
        """`INSERT … SELECT` with parameters everything, accounts, known_at, version (and posts, for rollups of posts).

        `into` is another table of the same structure.
        """
        return f"INSERT INTO {into or self.table} ({', '.join(self.columns)})\n{self.selection()}"

    def template(self) -> str:
        return (resources.files(__name__) / f"{self.table}.sql").read_text()

    def selection(self, template: str | None = None) -> str:
        """Its SELECT, or that of another template."""
        return self._rendered(template or self.template(), _RECOMPUTED)

    def known(self) -> str:
        """Its SELECT for a view with parameters workspace_id, accounts and known_at: what was recorded by then."""
        return self._rendered(self.template(), _KNOWN).replace("{version:UInt64}", "0")

    def _rendered(self, template: str, facts: Mapping[str, str]) -> str:
        fields = self.fields()
        written = _for_each_list(_for_each(template, fields), self.breakdowns)
        return Template(written).substitute(
            facts,
            fields=", ".join(fields),
            last_good_values=", ".join(f"argMax({name}, rank) AS {name}" for name in fields),
        )


def _for_each(template: str, fields: Mapping[str, str]) -> str:
    """Write each `${each:…}` once per field; `each_integer` and `each_number` take the fields of that type only.

    FIELD stands for the field's name, PLACE for its number, from 1, among those taken.
    """
    chosen = {
        "each": list(fields),
        "each_integer": [name for name, kind in fields.items() if kind == "Nullable(Int64)"],
        "each_number": [name for name, kind in fields.items() if kind == "Nullable(Float64)"],
    }

    def written(match: re.Match[str]) -> str:
        if match[1] not in chosen:
            return match[0]
        names = enumerate(chosen[match[1]], start=1)
        return ", ".join(match[2].replace("FIELD", name).replace("PLACE", str(place)) for place, name in names)

    return _EACH.sub(written, template)


def _for_each_list(template: str, fields: Sequence[Field]) -> str:
    """Write each `${each_list:…}` once per breakdown; `each_list_of_<grain>` takes those of that grain.

    FIELD stands for its name, LABEL and NUMBER for the parts of its items, TYPE for the type of the number.
    """

    def written(match: re.Match[str]) -> str:
        grain = match[1].removeprefix("each_list").removeprefix("_of_")
        chosen = (field for field in fields if grain in ("", field.grain))
        return ", ".join(_of_list(match[2], field) for field in chosen)

    return _EACH.sub(written, template)


def _of_list(template: str, field: Field) -> str:
    (label, _), (number, _) = field.parts
    parts = {"FIELD": field.name, "LABEL": label, "NUMBER": number, "TYPE": number_type(field)}
    return re.sub(r"FIELD|LABEL|NUMBER|TYPE", lambda word: parts[word[0]], template)


ROLLUPS = {
    rollup.table: rollup
    for rollup in (
        Rollup(
            table="account_day",
            fields=partial(fact_columns, Grain.PROFILE_DAY),
            before=("workspace_id", "account_id", "channel", "day"),
            after=("followers", "net_followers", "follower_series", "followers_are_live", "observed_at"),
        ),
        Rollup(
            table="post_latest",
            fields=partial(fact_columns, Grain.POST),
            before=("workspace_id", "account_id", "channel", "post_id", "published_at", "format"),
            broken_down=(Grain.POST,),
            after=("first_observed_at", "observed_at", "gone_at"),
        ),
        Rollup(
            table="post_day",
            fields=growth_columns,
            before=("workspace_id", "account_id", "channel", "post_id", "day"),
            after=("estimated",),
        ),
        Rollup(
            table="audience_day",
            fields=dict,
            before=("workspace_id", "account_id", "channel", "day"),
            broken_down=(Grain.PROFILE, Grain.PROFILE_DAY),
            after=("observed_at",),
        ),
    )
}
