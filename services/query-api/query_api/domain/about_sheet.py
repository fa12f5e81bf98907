"""The second sheet of a workbook: what the figures on the first one rest on, for people."""

from collections.abc import Iterator, Sequence

from query_api.domain.manifest import Described, rests_on

Row = Sequence[str]


def about(described: Described) -> tuple[Row, ...]:
    """Rows of text. Nothing in it says when it was made, so that the same figures make the same file."""
    return tuple(_rows(described))


def _rows(described: Described) -> Iterator[Row]:
    exportable, facts = described.exportable, rests_on(described)
    question = exportable.question
    yield ("What", exportable.title)
    yield ("From", question.days.start.isoformat())
    yield ("To (not included)", question.days.end.isoformat())
    yield ("Accounts", ", ".join(account.username or str(account.account_id) for account in question.accounts))
    for name in ("attribution", "timezone", "as_of", "complete_through"):
        yield (name.replace("_", " ").capitalize(), str(facts[name] or "–"))
    for note in facts["notes"] if isinstance(facts["notes"], list) else ():
        yield ("Note", str(note))
    yield ()
    yield from _coverage(described)


def _coverage(described: Described) -> Iterator[Row]:
    if not described.covered.ranges:
        yield ("Coverage", "All figures are final.")
        return
    yield ("Not final", "From", "To (not included)", "Status", "Figures")
    names = {account.account_id: account.username for account in described.exportable.question.accounts}
    for row in described.covered.ranges:
        name = names.get(row.account_id) or str(row.account_id)
        yield (name, row.start.isoformat(), row.end.isoformat(), row.status.value, ", ".join(row.metrics))
