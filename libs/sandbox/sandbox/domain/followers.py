"""Followers of an account: a closed form per day, so that total(day) = total(day before) + new - lost at any date."""

from math import exp, pi, sin
from typing import NamedTuple

from sandbox.domain import chance, timeline
from sandbox.domain.character import Account

# An S-curve over the decades the world is asked about: half way in 2030.
MIDDLE_DAY = 21_915
WIDTH_DAYS = 1_500


class FollowerDay(NamedTuple):
    total: int
    """At the end of the UTC day."""
    new: int
    lost: int


def total_at_end(account: Account, day: int) -> int:
    ceiling = account.character.follower_ceiling
    grown = 0.40 + 0.52 / (1 + exp((MIDDLE_DAY - day) / WIDTH_DAYS))
    tides = 0.010 * sin(2 * pi * day / 97) + 0.006 * sin(2 * pi * day / 31)
    wobble = 0.0012 * (chance.uniforms(account.seed, account.open_id, day, "wobble")[0] - 0.5)
    return int(ceiling * (grown + tides + wobble))


def follower_day(account: Account, day: int, *, through_posts: int) -> FollowerDay:
    """`through_posts` is how many followed from a post that day; never fewer are counted as new."""
    total = total_at_end(account, day)
    net = total - total_at_end(account, day - 1)
    draw = chance.uniforms(account.seed, account.open_id, day, "churn")[0]
    lost = int(total * chance.between(draw, 0.0002, 0.0009)) + max(0, -net)
    lost += max(0, through_posts - (net + lost))
    return FollowerDay(total, net + lost, lost)


def total_now(account: Account, moment: int) -> int:
    """Real-time total: moves through the day with the audience and meets the day's total at its end."""
    day, within = divmod(moment, timeline.DAY)
    before = total_at_end(account, day - 1)
    lived = account.rhythm.lived_hours
    start = day * timeline.DAY
    done = (lived(start + within) - lived(start)) / (lived(start + timeline.DAY) - lived(start))
    return before + int((total_at_end(account, day) - before) * done)
