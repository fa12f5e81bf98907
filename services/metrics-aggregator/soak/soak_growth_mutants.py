"""Every line of the growth rollup matters: break it anywhere, and its answers differ from the oracle's."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import DatabaseError
from hypothesis import HealthCheck, Phase, given, settings

from common.events.snapshot import Source
from metrics_aggregator.domain.records import Account
from metrics_aggregator.rollups import EVER, ROLLUPS

# pytest names modules from the repository's root, mypy from this member's.
from ..tests.growing import Growing, growth_warehouse  # type: ignore[import-not-found]
from ..tests.growth import FIRST_DAY, Said, histories, oracle  # type: ignore[import-not-found]

Rows = Sequence[Sequence[object]]

NAMES = UUID(int=4)
ACCOUNTS = tuple(Account(uuid5(NAMES, f"workspace {n}"), uuid5(NAMES, f"account {n}")) for n in range(2))
POSTS = 60

# What to break, and by what; each place it stands in is a mutant of its own.
BREAKS: Sequence[tuple[str, str]] = (
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"argMax\(", "argMin("),
    (r"arrayMin\(", "arrayMax("),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" < ", " <= "),
    (r">= ", "> "),
    (r" > 1\b", " > 0"),
    (r" > 1\b", " > 2"),
    (r" AND ", " OR "),
    (r" OR ", " AND "),
    (r"isNotNull\([\w.]+\)", "true"),
    (r" FINAL", ""),
    (r"'api'", "'studio_csv'"),
    (r"86400", "86399"),
    (r"86400", "86401"),
    (r"1000000000000000", "0"),
    (r" / 1000\b", " / 999"),
    (r"/ gap\.2", "/ 1"),
    (r"intDiv\(amount, days\)", "amount"),
    (r"% days", "% 7"),
    (r"\babs\(amount", "(amount"),
    (r"sign\(amount\)", "1"),
    (r"if\(is_fresh, 0, NULL\)", "0"),
    (r"if\(is_fresh, 0, NULL\)", "NULL"),
    (r"arraySort\(closing -> closing\.1, closings\)", "closings"),
    (r"arrayPopBack", "arrayPopFront"),
    (r"arrayPopFront", "arrayPopBack"),
    (r"(?<=\w)\.1\b", ".2"),
    (r"(?<=\w)\.2\b", ".1"),
    (r"notEmpty\(", "empty("),
    (r"toStartOfDay\(listed_at\)", "listed_at"),
    (r"toDate\(", "toMonday("),
    (r"range\(", "range(1 + "),
    (r"groupUniqArray\(create_time\)", "[assumeNotNull(any(create_time))]"),
    (r"any\(channel\)", "'elsewhere'"),
    (r"\{version:UInt64\}", "1"),
    (r"0 AS is_deleted", "1 AS is_deleted"),
    (r"\bPLACE\b", "1"),
    (r"arrayZip\(groupArrayIf", "arrayReverse(groupArrayIf"),
)
# They change nothing that can be seen, for the reason given.
HARMLESS: Mapping[str, str] = {
    "'PLACE' → '1' in: ${each_number:other_growth[1] AS growth_of_FIELD}": "there is one such counter as yet",
}


def mutants(template: str) -> Iterator[tuple[str, str]]:
    """What was broken, and the template broken so: at every place of every break, and without each line."""
    for pattern, replacement in BREAKS:
        for match in re.finditer(pattern, template):
            line = template[: match.start()].count("\n")
            if not _is_comment(template.splitlines()[line]):
                broken = template[: match.start()] + replacement + template[match.end() :]
                yield f"{match[0]!r} → {replacement!r} in: {broken.splitlines()[line].strip()}", broken
    lines = template.splitlines(keepends=True)
    for number, line_text in enumerate(lines):
        if not _is_comment(line_text):
            yield f"line gone: {line_text.strip()}", "".join(lines[:number] + lines[number + 1 :])


def _is_comment(line: str) -> bool:
    return line.strip().startswith("--")


def corpus() -> dict[tuple[int, str], list[Said]]:
    """Histories of posts of both accounts, the same in every run."""
    found: list[list[Said]] = []

    @settings(
        max_examples=POSTS * len(ACCOUNTS),
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(history=histories())
    def collect(history: list[Said]) -> None:
        found.append(history)

    collect()
    found += [_restated(hours) for hours in ((1, 13), (1, 13), (13, 1), (13, 1))]
    return {(place % len(ACCOUNTS), f"p{place // len(ACCOUNTS)}"): history for place, history in enumerate(found)}


def _restated(hours_old: tuple[int, int]) -> list[Said]:
    """Two observations of one day that do not agree on which day the post was published."""
    noon = FIRST_DAY + timedelta(hours=12)
    return [
        Said(
            observed_at=noon + timedelta(hours=place),
            source=Source.API,
            values={"create_time": int((noon - timedelta(hours=hours)).timestamp()), "likes": 10},
            record=place,
        )
        for place, hours in enumerate(hours_old)
    ]


async def answer(client: AsyncClient, template: str) -> Rows | None:
    """Bound to some posts of one account, and unbound; None where ClickHouse refuses it."""
    found: list[Sequence[object]] = []
    selection = ROLLUPS["post_day"].selection(template)
    one = ACCOUNTS[0]
    bound = {
        "known_at": EVER,
        "accounts": [(one.workspace_id, one.account_id)],
        "posts": [f"p{n}" for n in range(POSTS // 2)],
    }
    for everything in (False, True):
        try:
            result = await client.query(
                f"SELECT * FROM ({selection}) ORDER BY ALL",
                parameters={**bound, "everything": everything, "version": 7},
            )
        except DatabaseError:
            return None
        found += result.result_rows
    return found


async def test_each_broken_line_of_the_growth_rollup_is_noticed(tmp_path: Path) -> None:
    histories_of = corpus()
    expected = oracle()
    async with growth_warehouse(tmp_path) as client:
        await client.command("SYSTEM STOP MERGES post_facts")
        for place, account in enumerate(ACCOUNTS):
            system = Growing(client, account)
            said = [(post, one) for (owner, post), history in histories_of.items() if owner == place for one in history]
            # What was recorded twice comes apart, so that it is not yet merged.
            for record in sorted({one.record for _, one in said}):
                await system.insert([(post, one) for post, one in said if one.record == record])
            assert await system.recomputed_whole() == {
                post: expected(history) for (owner, post), history in histories_of.items() if owner == place
            }
        template = ROLLUPS["post_day"].template()
        right = await answer(client, template)
        assert right
        tried = [(what, await answer(client, broken) == right) for what, broken in mutants(template)]
    unnoticed = {what for what, same in tried if same}
    assert unnoticed == HARMLESS.keys()
    assert len(tried) > 100
