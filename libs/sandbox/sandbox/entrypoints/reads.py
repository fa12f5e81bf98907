"""What can be read besides profile and posts: comments, category averages, posting settings (fact sheet A6)."""

from collections.abc import Callable, Mapping

from sandbox.domain import benchmark, comment_listing, parameters, timeline
from sandbox.domain.asking import Asked
from sandbox.domain.wire import Json

Read = Callable[[Asked, Mapping[str, str]], Json]


def _comments(asked: Asked, params: Mapping[str, str]) -> Json:
    return comment_listing.page(asked, parameters.comment_query(params, replies=False))


def _replies(asked: Asked, params: Mapping[str, str]) -> Json:
    return comment_listing.page(asked, parameters.comment_query(params, replies=True))


def _benchmark(asked: Asked, params: Mapping[str, str]) -> Json:
    category = parameters.business_category(params)
    return benchmark.answer(asked.world.seed, category, day=timeline.day_of(asked.now))


def _settings(asked: Asked, _: Mapping[str, str]) -> Json:
    return {
        "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
        "comment_disabled": False,
        "duet_disabled": False,
        "stitch_disabled": False,
        "max_video_post_duration_sec": 3600 if asked.account.is_business else 600,
    }


READS: dict[str, Read] = {
    "/comment/list/": _comments,
    "/comment/reply/list/": _replies,
    "/benchmark/": _benchmark,
    "/video/settings/": _settings,
}
