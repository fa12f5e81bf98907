"""What people did on the profile's or a post's buttons."""

from common.catalog.measures import Sum
from common.catalog.model import Kind, Metric, Unit

_TWO_SOURCES = (
    "By activity it counts clicks anywhere on the profile, by published those from posts: a part, in another time."
)
_CAVEATS = (_TWO_SOURCES, "Clicks, not people.")
_DIFFERS = "The app cuts its days at the owner's midnight; here days are UTC and arrive up to two days later."

CLICKS = (
    Metric(
        slug="bio_link_clicks",
        name="Bio Link Clicks",
        tiktok_name="Website clicks",
        meaning="Clicks on the link in the profile.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("bio_link_clicks"),
        caveats=("Clicks, not people.",),
        differs=_DIFFERS,
    ),
    Metric(
        slug="website_clicks",
        name="TikTok Post Website Clicks",
        tiktok_name="Website clicks",
        meaning="Clicks on the website's address that came from a post.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        published=Sum("website_clicks"),
        growth=Sum("website_clicks"),
        caveats=("Clicks, not people.",),
        differs="The app shows website clicks for the whole profile, wherever they came from.",
    ),
    Metric(
        slug="email_clicks",
        name="Email Clicks",
        tiktok_name="Email clicks",
        meaning="Clicks on the email button.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("email_clicks"),
        published=Sum("email_clicks"),
        growth=Sum("email_clicks"),
        caveats=_CAVEATS,
        differs=_DIFFERS,
    ),
    Metric(
        slug="phone_number_clicks",
        name="Phone Number Clicks",
        tiktok_name="Phone number clicks",
        meaning="Clicks on the phone button.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("phone_number_clicks"),
        published=Sum("phone_number_clicks"),
        growth=Sum("phone_number_clicks"),
        caveats=_CAVEATS,
        differs=_DIFFERS,
    ),
    Metric(
        slug="address_clicks",
        name="Address Clicks",
        tiktok_name="Address clicks",
        meaning="Clicks on the address.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("address_clicks"),
        published=Sum("address_clicks"),
        growth=Sum("address_clicks"),
        caveats=_CAVEATS,
        differs=_DIFFERS,
    ),
    Metric(
        slug="app_download_clicks",
        name="App Download Clicks",
        tiktok_name="App download clicks",
        meaning="Clicks on the button that leads to an app store.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("app_download_clicks"),
        published=Sum("app_download_clicks"),
        growth=Sum("app_download_clicks"),
        caveats=(*_CAVEATS, "A click is not yet a download."),
        differs=_DIFFERS,
    ),
    Metric(
        slug="lead_submissions",
        name="Lead Submissions",
        tiktok_name="Leads",
        meaning="Lead forms handed in.",
        kind=Kind.INTEGER,
        unit=Unit.COUNT,
        activity=Sum("lead_submissions"),
        published=Sum("lead_submissions"),
        growth=Sum("lead_submissions"),
        caveats=(_CAVEATS[0], "Forms, not people."),
        differs=_DIFFERS,
    ),
)
