"""How late figures are: bounds of the lateness, the freeze after a year and the hole after a quiet week."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain import frontier, timeline
from sandbox.domain.character import Account
from sandbox.domain.frontier import Group
from sandbox.domain.world import World

WORLD = World(7)
DAYS = st.integers(timeline.day_number(date(2020, 1, 1)), timeline.day_number(date(2039, 12, 31)))
ACCOUNTS = st.sampled_from(WORLD.accounts)
GROUPS = st.sampled_from(Group)


@given(account=ACCOUNTS, day=DAYS, group=GROUPS)
def test_a_day_appears_between_24_and_48_hours_after_its_end_and_stays(
    account: Account, day: int, group: Group
) -> None:
    end, appears = (day + 1) * timeline.DAY, frontier.day_available_at(account, day, group)
    assert 24 * timeline.HOUR <= appears - end < 48 * timeline.HOUR
    assert not frontier.day_is_available(account, day, group, appears - 1)
    assert frontier.day_is_available(account, day, group, appears)
    assert frontier.day_is_available(account, day, group, appears + 900 * timeline.DAY)
    assert frontier.newest_day(account, group, appears) == day


@given(account=ACCOUNTS, day=DAYS, group=GROUPS)
def test_a_day_is_restated_nearer_and_nearer_for_48_to_96_hours(account: Account, day: int, group: Group) -> None:
    appears = frontier.day_available_at(account, day, group)
    off = [abs(frontier.day_share(account, day, group, appears + hours * timeline.HOUR) - 1) for hours in range(120)]
    assert off == sorted(off, reverse=True)
    assert off[96:] == [0.0] * 24
    if group in frontier.RESTATED:
        assert 0 < off[47] <= off[0] < 0.1
    else:
        assert off[0] == 0


@given(account=ACCOUNTS, day=DAYS, group=st.sampled_from((Group.COUNTERS, Group.INSIGHTS)), age=st.integers(0, 700))
@settings(deadline=None)
def test_counters_are_24_to_48_hours_old_until_they_freeze(account: Account, day: int, group: Group, age: int) -> None:
    moment = day * timeline.DAY + age * 3_600_000
    for post in WORLD.listed(account, moment)[:20]:
        refreshed = frontier.refreshed_at(account, post, group, moment)
        if refreshed is None:
            assert moment - post.published < 48 * timeline.HOUR
        elif moment - post.published < 365 * timeline.DAY:
            assert 24 * timeline.HOUR <= moment - refreshed < 48 * timeline.HOUR
            assert refreshed >= post.published


def test_counters_stop_365_days_after_publishing() -> None:
    account = WORLD.accounts[2]
    post = WORLD.listed(account, 20_500 * timeline.DAY)[0]
    frozen = {
        frontier.refreshed_at(account, post, Group.COUNTERS, post.published + days * timeline.DAY)
        for days in (368, 400, 500)
    }
    (last,) = frozen
    assert last is not None
    assert 364 * timeline.DAY < last - post.published <= 365 * timeline.DAY


def test_quiet_posts_fall_into_the_hole_and_some_come_back() -> None:
    account, start = WORLD.accounts[1], 20_500 * timeline.DAY
    posts = [post for post in WORLD.listed(account, start) if start - post.published < 200 * timeline.DAY]
    walks = [
        [frontier.is_idle(account, post, start + day * timeline.DAY) for day in range(0, 200, 2)] for post in posts
    ]
    assert any(any(walk) for walk in walks)
    assert any(not all(walk[walk.index(True) :]) for walk in walks if True in walk)
    assert not any(walk[0] for walk, post in zip(walks, posts, strict=True) if start - post.published < timeline.DAY)
