"""How late TikTok's figures are: daily ones 24-48 h after the day, then restated; post counters of 24-48 h ago."""

from enum import Enum

from sandbox.domain import chance, counters, timeline
from sandbox.domain.character import Account
from sandbox.domain.posts import Post

LATENESS_LEAST = 24 * timeline.HOUR
LATENESS_MOST = 48 * timeline.HOUR
# Of a day that comes late; the papers give no bound.
LATE_MOST = 5 * timeline.DAY
# Counters of a post stop being refreshed this long after publishing.
FROZEN_AFTER = 365 * timeline.DAY
# Without a view, like, comment or share for this long, reach and watch figures go missing.
IDLE_AFTER = 7 * timeline.DAY


# A day that appeared is worked out anew this often, and so many times.
RESTATED_EVERY = 12 * timeline.HOUR
RESTATED_STEPS = range(4, 9)
# How far off the first figure is: mostly too small, as late events are missing.
FIRST_OFF = (-0.08, 0.02)
# Counted from the end of a day, whenever it appeared.
FINAL_AFTER = LATE_MOST + (RESTATED_STEPS.stop - 1) * RESTATED_EVERY


class Group(Enum):
    """Figures that TikTok refreshes together."""

    VIEWS = "views"
    INTERACTIONS = "interactions"
    FOLLOWERS = "followers"
    CLICKS = "clicks"
    ACTIVITY = "activity"
    AUDIENCE = "audience"
    COUNTERS = "counters"
    INSIGHTS = "insights"


RESTATED = frozenset({Group.VIEWS, Group.INTERACTIONS, Group.CLICKS})


def day_available_at(account: Account, day: int, group: Group) -> int:
    """The moment the API starts to show the figures of `group` for UTC `day`."""
    draw = chance.uniforms(account.seed, account.open_id, day, "lateness", group.value)[0]
    return (day + 1) * timeline.DAY + int(chance.between(draw, LATENESS_LEAST, LATENESS_MOST))


def day_is_available(account: Account, day: int, group: Group, moment: int) -> bool:
    end = (day + 1) * timeline.DAY
    if not end + LATENESS_LEAST <= moment < end + LATENESS_MOST:
        return moment >= end + LATENESS_MOST
    return day_available_at(account, day, group) <= moment


def day_released_at(account: Account, day: int) -> int | None:
    """From when on nothing holds UTC `day` back beyond its lateness; None for a day that TikTok forgets."""
    end, character = (day + 1) * timeline.DAY, account.character
    if not (character.late_share or character.missing_share):
        return end
    draws = chance.uniforms(account.seed, account.open_id, day, "released")
    if draws[0] < character.missing_share:
        return None
    held = chance.between(draws[2], LATENESS_MOST, LATE_MOST) if draws[1] < character.late_share else 0.0
    return end + int(held)


def day_is_released(account: Account, day: int, moment: int) -> bool:
    released = day_released_at(account, day)
    return released is not None and released <= moment


def day_share(account: Account, day: int, group: Group, moment: int) -> float:
    """What is shown of UTC `day`, per unit of what happened: TikTok goes on counting after a day first appeared.

    A step every twelve hours, each nearer to the truth, for two to four days; then it is final.
    """
    if group not in RESTATED or moment >= (day + 1) * timeline.DAY + FINAL_AFTER:
        return 1.0
    appeared = max(day_available_at(account, day, group), day_released_at(account, day) or 0)
    draws = chance.uniforms(account.seed, account.open_id, day, "restated", group.value)
    steps = int(chance.between(draws[0], RESTATED_STEPS.start, RESTATED_STEPS.stop))
    left = 1.0 - (moment - appeared) // RESTATED_EVERY / steps
    return 1.0 + max(0.0, left) * chance.between(draws[1], *FIRST_OFF)


def newest_day(account: Account, group: Group, moment: int) -> int:
    """The last UTC day whose figures of `group` are shown at `moment`."""
    day = timeline.day_of(moment) - 2
    return day if day_is_available(account, day, group, moment) else day - 1


def refreshed_at(account: Account, post: Post, group: Group, moment: int) -> int | None:
    """The moment whose counters the API shows at `moment`: 24-48 h earlier; None before the first refresh.

    A refresh a day, at an hour of its own per post and group, shown 24 h later until the next one.
    """
    phase = chance.uniforms(account.seed, post.item_id, "refresh", group.value)[0]
    first = post.published + int(phase * timeline.DAY)
    latest = min(moment - LATENESS_LEAST, post.published + FROZEN_AFTER)
    if latest < first:
        return None
    return first + (latest - first) // timeline.DAY * timeline.DAY


def is_idle(account: Account, post: Post, refreshed: int) -> bool:
    """No view, like, comment or share in the seven days before `refreshed`."""
    if refreshed - post.published <= IDLE_AFTER:
        return False
    now, before = (counters.gross(account, post, moment) for moment in (refreshed, refreshed - IDLE_AFTER))
    return now[:4] == before[:4]
