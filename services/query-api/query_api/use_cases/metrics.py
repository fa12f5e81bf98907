"""Defining, changing and deleting a workspace's own metrics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from uuid_utils import compat

from common.catalog import Unit
from common.catalog.formulas import refs
from common.runtime.clock import Clock
from query_api.domain.custom_metrics import Book, CustomMetric, refuse_stale, taken_out, written_into
from query_api.domain.errors import Conflict
from query_api.domain.formula import read_formula
from query_api.domain.formula_units import unit_for
from query_api.ports.metrics import MetricBooks
from query_api.ports.uses import MetricUsers, User, together

Uses = Mapping[str, Sequence[User]]
"""What names a metric, by the metric's slug."""

# As often a change is made anew on what somebody else wrote meanwhile.
_TIMES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A metric as its writer wants it; without a unit the likeliest is taken."""

    slug: str
    name: str
    formula: str
    unit: Unit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagingMetrics:
    """Each change is worked out on the whole book and written only on the revision it was worked out on."""

    books: MetricBooks
    users: tuple[MetricUsers, ...]
    wall: Clock

    async def define(self, workspace_id: UUID, wanted: Wanted, *, by: str) -> CustomMetric:
        """Raises `BadInput` or `Conflict`."""
        metric_id, now = compat.uuid7(), self.wall.now()

        def write(book: Book) -> Book:
            formula = read_formula(wanted.formula, known=book.names())
            made = CustomMetric(
                metric_id=metric_id,
                slug=wanted.slug,
                name=wanted.name,
                formula=formula,
                unit=unit_for(formula, book.unit_of, declared=wanted.unit, name=book.name_of),
                version=1,
                created_at=now,
                changed_at=now,
                changed_by=by,
            )
            return written_into(book, made)

        return (await self._changed(workspace_id, write)).metric(metric_id)

    async def change(self, workspace_id: UUID, metric_id: UUID, wanted: Wanted, *, seen: int, by: str) -> CustomMetric:
        """Raises `BadInput`, `NotFound` or `Conflict`; `seen` is the version that the change was made on."""
        now = self.wall.now()

        def write(book: Book) -> Book:
            before = book.metric(metric_id)
            refuse_stale(before, seen=seen)
            formula = read_formula(wanted.formula, known=book.names())
            changed = replace(
                before,
                slug=wanted.slug,
                name=wanted.name,
                formula=formula,
                unit=unit_for(formula, book.unit_of, declared=wanted.unit, name=book.name_of),
                version=before.version + 1,
                changed_at=now,
                changed_by=by,
            )
            return written_into(book, changed)

        return (await self._changed(workspace_id, write)).metric(metric_id)

    async def delete(self, workspace_id: UUID, metric_id: UUID, *, force: bool) -> None:
        """Raises `NotFound`, or `Conflict` while something uses it and it is not forced."""
        outside = await self._users_outside(workspace_id)

        def write(book: Book) -> Book:
            metric = book.metric(metric_id)
            if not force:
                _refuse_used(metric, [*_formulas(book).get(metric.column, ()), *outside.get(metric.column, ())])
            return taken_out(book, metric)

        await self._changed(workspace_id, write)

    async def uses(self, workspace_id: UUID, book: Book) -> Uses:
        """What names each metric, the workspace's own and the catalog's."""
        return together([_formulas(book), await self._users_outside(workspace_id)])

    async def _users_outside(self, workspace_id: UUID) -> Uses:
        return together([await users.users_of(workspace_id) for users in self.users])

    async def _changed(self, workspace_id: UUID, write: Callable[[Book], Book]) -> Book:
        for _ in range(_TIMES):
            book = write(await self.books.of_workspace(workspace_id))
            if await self.books.replace(workspace_id, book):
                return book
        raise Conflict("the workspace's metrics are being changed by others at this moment: try again")


def _formulas(book: Book) -> Uses:
    found: dict[str, list[User]] = {}
    for one in book.metrics.values():
        for slug in refs(one.formula):
            found.setdefault(slug, []).append(User(kind="metric", id=str(one.metric_id), name=one.name))
    return found


def _refuse_used(metric: CustomMetric, users: Sequence[User]) -> None:
    if users:
        named = ", ".join(f"{user.kind} {user.name!r}" for user in users)
        raise Conflict(f"{metric.name} is used by {named}: take it out there first, or delete with force=true")
