"""First seen, gone, back: what a page and a whole listing tell of the posts that are known."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from common.events import AccountV1, LifecycleChange, PostLifecycleV1
from ingestor.domain.posts import KnownPosts, Ledger, PostChanges
from ingestor.domain.progress import Incident, IncidentKind, OpenListing

# So many posts, and more than half of all, are not taken away by people between two listings as a rule.
_MASS = 5
# A mass disappearance is believed after so many full listings over more than a day.
_MASS_LISTINGS, _MASS_SPAN = 3, timedelta(days=1)
_MISSED_TWICE = "missing in two full listings in a row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of the known posts by a full listing; with an `incident`, nothing yet."""

    posts: KnownPosts
    changes: tuple[PostChanges, ...] = ()
    incident: Incident | None = None


def seen(known: KnownPosts, listed: int, ledger: Ledger, *, at: datetime) -> tuple[KnownPosts, tuple[PostChanges, ...]]:
    """The posts `listed` on a page: new ones are first seen, gone ones are back."""
    first = _changes(LifecycleChange.FIRST_SEEN, listed & ~known.told, ledger, at=at)
    back = _changes(LifecycleChange.BACK, listed & known.gone, ledger, at=at)
    return known.listed(listed), (*first, *back)


def judged(
    known: KnownPosts, listing: OpenListing, ledger: Ledger, *, incident: Incident | None, at: datetime
) -> Judgement:
    """A full listing ended at `at`: who was missing in it and in the one before is gone, unless it is too many."""
    if not listing.readable:
        return Judgement(posts=known, incident=incident)
    absent = known.living & ~listing.listed
    gone, why = absent & known.missed, _MISSED_TWICE
    if _is_mass(absent, known):
        incident = _mass(incident, absent, known, at)
        if not _is_believed(incident, at):
            # Such a listing is no witness: it counts as neither of the two that make a post gone.
            return Judgement(posts=known, incident=incident)
        gone = incident.absent
        why = f"missing in {incident.listings} full listings since {incident.since:%Y-%m-%d %H:%M} UTC"
    changes = _changes(LifecycleChange.GONE, gone, ledger, at=at, why=why)
    return Judgement(posts=known.absent(absent, gone=gone), changes=changes)


def next_incident(before: Incident | None, kind: IncidentKind, reason: str, at: datetime) -> Incident:
    """The incident as one more listing shows it."""
    if before is None or before.kind is not kind:
        return Incident(kind=kind, reason=reason, since=at, listings=1)
    return before.model_copy(update={"listings": before.listings + 1, "reason": reason})


def events(account: AccountV1, changes: tuple[PostChanges, ...]) -> list[PostLifecycleV1]:
    """The events of an outbox; the same outbox gives the same events."""
    return [
        PostLifecycleV1(
            workspace_id=account.workspace_id,
            account_id=account.account_id,
            channel=account.channel,
            post_id=post_id,
            change=group.change,
            why=group.why,
            observed_at=group.observed_at,
            recorded_at=group.recorded_at,
        )
        for group in changes
        for post_id in group.post_ids
    ]


def _changes(
    change: LifecycleChange, marks: int, ledger: Ledger, *, at: datetime, why: str | None = None
) -> tuple[PostChanges, ...]:
    if not marks:
        return ()
    return (PostChanges(change=change, post_ids=ledger.names(marks), why=why, observed_at=at, recorded_at=at),)


def _is_mass(absent: int, known: KnownPosts) -> bool:
    missing = absent.bit_count()
    return missing >= _MASS and missing * 2 > known.living.bit_count()


def _is_believed(incident: Incident, at: datetime) -> bool:
    return incident.listings >= _MASS_LISTINGS and at - incident.since > _MASS_SPAN


def _mass(before: Incident | None, absent: int, known: KnownPosts, at: datetime) -> Incident:
    missing, living = absent.bit_count(), known.living.bit_count()
    reason = f"TikTok's list lacks {missing} of {living} known posts at once; they count as gone if that goes on"
    incident = next_incident(before, IncidentKind.MASS_DISAPPEARANCE, reason, at)
    so_far = absent if incident.listings == 1 else incident.absent
    return incident.model_copy(update={"absent": absent & so_far})
