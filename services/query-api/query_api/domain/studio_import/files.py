"""The files TikTok Studio exports that can be imported, and which field each of their columns is.

The headers are English whatever language Studio is used in; only dates are written in that language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from query_api.domain.errors import BadInput


class StudioFile(StrEnum):
    OVERVIEW = "overview"
    FOLLOWER_HISTORY = "follower_history"
    CONTENT = "content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Headers in small letters. `counts` maps the header of a column to TikTok's field; `signed` may be below zero."""

    name: str
    day: str
    known_by: frozenset[str]
    counts: Mapping[str, str]
    signed: frozenset[str] = frozenset()
    link: str | None = None

    @property
    def headers(self) -> Sequence[str]:
        return [self.day, *([self.link] if self.link else []), *self.counts]


LAYOUTS: Mapping[StudioFile, Layout] = {
    StudioFile.OVERVIEW: Layout(
        name="Overview.csv",
        day="date",
        known_by=frozenset({"date", "video views"}),
        counts={
            "video views": "video_views",
            "profile views": "profile_views",
            "likes": "likes",
            "comments": "comments",
            "shares": "shares",
        },
    ),
    # Of TikTok's two series the first is the total and the second the net change in every file (ADR 20).
    StudioFile.FOLLOWER_HISTORY: Layout(
        name="FollowerHistory.csv",
        day="date",
        known_by=frozenset({"date", "followers"}),
        counts={
            "followers": "followers_count",
            "difference in followers from previous day": "daily_total_followers",
        },
        signed=frozenset({"difference in followers from previous day"}),
    ),
    # `time` is the day of the export: the counters are of then.
    StudioFile.CONTENT: Layout(
        name="Content.csv",
        day="time",
        known_by=frozenset({"time", "video link", "total views"}),
        counts={
            "total views": "video_views",
            "total likes": "likes",
            "total comments": "comments",
            "total shares": "shares",
        },
        link="video link",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A recognised first row: the file, and at which place each column is."""

    file: StudioFile
    places: Mapping[str, int]
    width: int
    ignored: tuple[str, ...]

    @property
    def layout(self) -> Layout:
        return LAYOUTS[self.file]


def recognised(cells: Sequence[str]) -> Header | None:
    """None where the row is the header of no known file; raises `BadInput` for a column that is there twice."""
    names = [" ".join(cell.split()).casefold() for cell in cells]
    file = next((one for one, layout in LAYOUTS.items() if layout.known_by <= set(names)), None)
    if file is None:
        return None
    wanted = LAYOUTS[file].headers
    if twins := [name for name in wanted if names.count(name) > 1]:
        raise BadInput("file", f"the column {twins[0]!r} is there twice", "upload the file as TikTok Studio wrote it")
    return Header(
        file=file,
        places={name: names.index(name) for name in wanted if name in names},
        width=len(names),
        ignored=tuple(cell.strip()[:80] for cell, name in zip(cells, names, strict=True) if name not in wanted),
    )


def expected() -> str:
    """What the first row may be, for people."""
    return "; ".join(f"{one.name}: {', '.join(map(str.capitalize, one.headers))}" for one in LAYOUTS.values())
