"""What may be asked of figures, whatever they are asked through: as query parameters and as a JSON body."""

from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from common.catalog import Attribution
from query_api.domain.asking import Asked, Format
from query_api.domain.paging import MOST_ROWS
from query_api.domain.presets import PRESETS
from query_api.domain.question import Filters, Lifecycle

_DAY: JsonDict = {"format": "date"}
_PRESETS: JsonDict = {"enum": list(PRESETS)}
_LIST = "Several are separated by commas in a query."


class Narrowing(BaseModel):
    """Of whose figures, of which posts, and as they are wanted: whatever the days are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: str | None = Field(
        None,
        description="IANA name; days, hours and weekdays of publishing are this one's, days of activity are always "
        "UTC. Default: the workspace's.",
        examples=["Europe/Berlin"],
    )
    accounts: list[str] | None = Field(None, description=f"Account ids. {_LIST} Default: all you may read.")
    channels: list[str] | None = Field(None, description=f"Networks; today there is `tiktok`. {_LIST}")
    labels: list[str] | None = Field(None, description=f"Ids; posts that have any of them. {_LIST}")
    plans: list[str] | None = Field(None, description=f"Ids; posts that are in any of them. {_LIST}")
    formats: list[str] | None = Field(None, description=f"`video`, `photo`. {_LIST}")
    posts: list[str] | None = Field(None, description=f"TikTok's ids. {_LIST}")
    hashtags: list[str] | None = Field(None, description=f"Posts whose caption has any of them. {_LIST}")
    search: str | None = Field(None, description="Posts whose caption has this text, whatever the case.")
    attribution: Attribution | None = Field(
        None,
        description="`activity` is what happened in the range, `published` what the posts published in it have to "
        "date. Default: that of the widget; `published` for whatever concerns posts.",
    )
    lifecycle: Lifecycle | None = Field(
        None,
        description="`live` leaves out posts that are gone. Default: `live`, and `all` for what posts gained.",
    )
    sort: str | None = Field(
        None, description="A column, with a minus before it for descending.", examples=["-post_video_views"]
    )

    def narrowed(self) -> Asked:
        return Asked(
            timezone=self.timezone,
            accounts=split(self.accounts),
            filters=self._filters(),
            attribution=self.attribution,
            lifecycle=self.lifecycle,
            sort=self.sort,
        )

    def _filters(self) -> Filters:
        return Filters(
            channels=split(self.channels),
            labels=split(self.labels),
            plans=split(self.plans),
            formats=split(self.formats),
            posts=split(self.posts),
            hashtags=split(self.hashtags),
            search=self.search,
        )


class FigureParameters(Narrowing):
    start: str | None = Field(
        None,
        alias="from",
        description="First day. Default: 28 days before `to`.",
        examples=["2026-02-01"],
        json_schema_extra=_DAY,
    )
    end: str | None = Field(
        None,
        alias="to",
        description="The day after the last one. Default: tomorrow, so that today is the last.",
        examples=["2026-03-01"],
        json_schema_extra=_DAY,
    )
    preset: str | None = Field(
        None, description="A range by name, instead of `from` and `to`.", json_schema_extra=_PRESETS
    )
    compare: list[str] | None = Field(
        None, description=f"`previous_period`, `previous_year` or a range such as `2026-01-01..2026-02-01`. {_LIST}"
    )
    limit: int | None = Field(
        None,
        description="Rows of a page. Default: 50 of a table; every row of a series and of a file.",
        json_schema_extra={"minimum": 1, "maximum": MOST_ROWS},
    )
    cursor: str | None = Field(None, description="`next_cursor` of the page before.")
    explain: bool = Field(False, description="Tell how each number is got and what it rests on.")
    format: Format | None = Field(
        None,
        description="Default: what `Accept` prefers, else JSON. `csv_excel` is CSV as Excel opens it right: with a "
        "mark of UTF-8, and a post's id as text. The others but JSON are files of all rows.",
    )
    manifest: bool = Field(
        False, description="A zip of the file and its manifest: hash, columns, coverage, the query to ask again."
    )

    def asked(self, *, accept: str = "") -> Asked:
        return replace(
            self.narrowed(),
            start=self.start,
            end=self.end,
            preset=self.preset,
            compare=split(self.compare) or (),
            limit=self.limit,
            cursor=self.cursor,
            explain=self.explain,
            manifest=self.manifest,
            format=self.format or (Format.CSV if "text/csv" in accept.lower() else Format.JSON),
        )


def split(texts: list[str] | None) -> tuple[str, ...] | None:
    return None if texts is None else tuple(part.strip() for text in texts for part in text.split(","))
