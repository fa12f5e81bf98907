"""The built-in dashboard: every widget that the product is known by, figures first, then why, then each post."""

from query_api.domain.dashboard import Chart, Given, GivenWidget, Place, Settings, Template

TIKTOK = "tiktok"

_ROWS: tuple[tuple[str, Chart, tuple[int, int, int, int]], ...] = (
    # How it stands.
    ("scorecard", Chart.FIGURES, (0, 0, 12, 3)),
    ("followers", Chart.LINE, (0, 3, 8, 4)),
    ("followers_by_country", Chart.MAP, (8, 3, 4, 4)),
    ("video_views", Chart.LINE, (0, 7, 6, 4)),
    ("post_engagement", Chart.STACKED_BARS, (6, 7, 6, 4)),
    ("published_posts", Chart.BARS, (0, 11, 6, 4)),
    ("average_engagement_per_post", Chart.LINE, (6, 11, 6, 4)),
    # What works.
    ("best_performing_day_time_format", Chart.HEAT_MAP, (0, 15, 12, 6)),
    ("post_engagement_by_format", Chart.STACKED_BARS, (0, 21, 6, 4)),
    ("post_engagement_by_label", Chart.STACKED_BARS, (6, 21, 6, 4)),
    ("video_views_by_label", Chart.BARS, (0, 25, 6, 4)),
    ("video_views_by_account", Chart.BARS, (6, 25, 6, 4)),
    ("post_engagement_by_account", Chart.STACKED_BARS, (0, 29, 4, 4)),
    ("post_engagement_by_channel", Chart.STACKED_BARS, (4, 29, 4, 4)),
    ("video_views_by_channel", Chart.BARS, (8, 29, 4, 4)),
    # Post by post.
    ("post_gallery", Chart.CARDS, (0, 33, 12, 6)),
    ("post_explorer", Chart.TABLE, (0, 39, 12, 6)),
    ("label_explorer", Chart.TABLE, (0, 45, 6, 5)),
    ("format_explorer", Chart.TABLE, (6, 45, 6, 5)),
    ("account_explorer", Chart.TABLE, (0, 50, 6, 5)),
    ("channel_explorer", Chart.TABLE, (6, 50, 6, 5)),
)


def tiktok_template() -> Template:
    content = Given(
        name="TikTok",
        description="Followers, views and engagement of all your accounts, what works, and every post.",
        widgets=tuple(_widget(*row) for row in _ROWS),
    )
    return Template(
        template_id=TIKTOK,
        workspace_id=None,
        name=content.name,
        description=content.description,
        content=content,
        created_by="system",
        created_at=None,
    )


def _widget(slug: str, chart: Chart, cells: tuple[int, int, int, int]) -> GivenWidget:
    x, y, width, height = cells
    return GivenWidget(widget=slug, settings=Settings(chart=chart), place=Place(x=x, y=y, w=width, h=height))
