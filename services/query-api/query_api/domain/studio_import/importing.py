"""An import: what a file would write, that it was confirmed or undone, and the events that tell so."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from common.events import RETRACTION, PostSnapshotV1, ProfileDay, ProfileSnapshotV1, Source, Timestamp
from common.events.snapshot import Snapshot
from common.events.values import Values
from query_api.domain.studio_import.dates import Years
from query_api.domain.studio_import.files import StudioFile
from query_api.domain.studio_import.reading import Reading, RowProblem

# Faults that are told one by one; the others are counted.
MOST_PROBLEMS = 500
# So long may an upload wait for its confirmation (wall time).
KEPT_UNCONFIRMED = timedelta(hours=24)
# Uploads of a workspace that wait for theirs.
MOST_UNCONFIRMED = 20
# A millisecond is what tells two observations apart.
TICK = timedelta(milliseconds=1)


class State(StrEnum):
    """`publishing` and `undoing` last until Kafka has the events; of what has `failed` nothing was told."""

    PREVIEWED = "previewed"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


class Figures(BaseModel):
    """What a row gives, by TikTok's field; `from_api`: which of them the API has given for the day, and those count."""

    model_config = ConfigDict(frozen=True)

    row: int
    day: date
    post_id: str | None = None
    values: Mapping[str, int]
    from_api: tuple[str, ...] = ()


class StudioImport(BaseModel):
    """`observed_at`, `recorded_at` and `retracted_at` are of the domain clock, `created_at` wall time.

    `observed_at` is unique among an account's imports: it tells their facts apart.
    """

    model_config = ConfigDict(frozen=True)

    import_id: UUID
    workspace_id: UUID
    account_id: UUID
    channel: str
    file: StudioFile
    file_name: str | None
    state: State = State.PREVIEWED
    years: Years
    total_rows: int
    bad_rows: int
    empty_rows: int
    ignored_columns: tuple[str, ...]
    figures: tuple[Figures, ...]
    problems: tuple[RowProblem, ...]
    created_by: str
    created_at: Timestamp
    observed_at: Timestamp
    recorded_at: Timestamp | None = None
    retracted_at: Timestamp | None = None
    revision: int = 1

    def a_moment_later(self) -> "StudioImport":
        """Observed when no other import of the account was; not yet stored."""
        return self.model_copy(update={"observed_at": self.observed_at + TICK})

    def confirmed(self, now: datetime) -> "StudioImport":
        return self._later(state=State.PUBLISHING, recorded_at=now)

    def published(self) -> "StudioImport":
        return self._later(state=State.PUBLISHED)

    def retracted(self, now: datetime) -> "StudioImport":
        """What was never written is undone at once. A retraction is recorded after what it retracts."""
        if self.recorded_at is None or self.state is State.FAILED:
            return self._later(state=State.UNDONE, figures=())
        return self._later(state=State.UNDOING, retracted_at=max(now, self.recorded_at + TICK))

    def undone(self) -> "StudioImport":
        return self._later(state=State.UNDONE, figures=())

    def failed(self) -> "StudioImport":
        return self._later(state=State.FAILED)

    @property
    def events(self) -> Iterator[Snapshot]:
        """What is to be told in this state; the same each time it is asked. Raises `ValueError` where a figure is none
        that the contract takes."""
        if self.state is State.PUBLISHING and self.recorded_at:
            yield from self._snapshots(self.recorded_at, retracted=False)
        if self.state is State.UNDOING and self.retracted_at:
            yield from self._snapshots(self.retracted_at, retracted=True)

    def _snapshots(self, recorded_at: datetime, *, retracted: bool) -> Iterator[Snapshot]:
        told: dict[str, object] = {
            "workspace_id": self.workspace_id,
            "account_id": self.account_id,
            "channel": self.channel,
            "observed_at": self.observed_at,
            "recorded_at": recorded_at,
            "source": Source.STUDIO_CSV,
            "field_set": RETRACTION if retracted else f"studio_{self.file}.v1",
        }
        each = [(one, _values(one, retracted=retracted)) for one in self.figures]
        if self.file is StudioFile.CONTENT:
            for one, values in each:
                yield PostSnapshotV1.model_validate({**told, "post_id": one.post_id, "values": values})
        else:
            days = [ProfileDay(date=one.day, values=values) for one, values in each]
            yield ProfileSnapshotV1.model_validate({**told, "profile": {}, "days": days})

    def _later(self, **changes: object) -> "StudioImport":
        return self.model_copy(update={**changes, "revision": self.revision + 1})


def _values(figures: Figures, *, retracted: bool) -> Values:
    """Of a retraction null for each: the observation as recorded last counts, whole."""
    return dict.fromkeys(figures.values) if retracted else dict(figures.values)


def figures_of(reading: Reading, from_api: Mapping[date, frozenset[str]]) -> Sequence[Figures]:
    """The rows that give anything, by day."""
    return [
        Figures(
            row=row.row,
            day=row.day,
            post_id=row.post_id,
            values=row.values,
            from_api=tuple(name for name in row.values if name in from_api.get(row.day, ())),
        )
        for row in sorted(reading.rows, key=lambda row: (row.day, row.row))
        if row.values
    ]


def observed(reading: Reading, now: datetime) -> datetime:
    """When a file was observed: days as it is uploaded, posts' counters on the day of the export."""
    if reading.header.file is not StudioFile.CONTENT or not reading.rows:
        return now
    exported = datetime.combine(max(row.day for row in reading.rows), time(12), UTC)
    return min(now, exported)
