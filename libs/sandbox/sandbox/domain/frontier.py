"""How late TikTok's figures are: daily ones 24-48 h after the day, post counters as of 24-48 h ago."""

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


def day_available_at(account: Account, day: int, group: Group) -> int:
    """The moment the API starts to show the figures of `group` for UTC `day`."""
    draw = chance.uniforms(account.seed, account.open_id, day, "lateness", group.value)[0]
    return (day + 1) * timeline.DAY + int(chance.between(draw, LATENESS_LEAST, LATENESS_MOST))


def day_is_available(account: Account, day: int, group: Group, moment: int) -> bool:
    end = (day + 1) * timeline.DAY
    if not end + LATENESS_LEAST <= moment < end + LATENESS_MOST:
        return moment >= end + LATENESS_MOST
    return day_available_at(account, day, group) <= moment


def day_is_released(account: Account, day: int, moment: int) -> bool:
    """Whether nothing holds UTC `day` back beyond its lateness; TikTok forgets some days, and delays others."""
    character = account.character
    if not (character.late_share or character.missing_share):
        return True
    draws = chance.uniforms(account.seed, account.open_id, day, "released")
    if draws[0] < character.missing_share:
        return False
    held = chance.between(draws[2], LATENESS_MOST, LATE_MOST) if draws[1] < character.late_share else 0.0
    return moment >= (day + 1) * timeline.DAY + int(held)


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
