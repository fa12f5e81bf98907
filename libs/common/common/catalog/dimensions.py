"""The dimensions: what rows are told apart by, and the attributes they are shown with."""

from common.catalog.model import Dimension, Kind

DIMENSIONS = (
    Dimension(slug="day", name="Day (UTC)", kind=Kind.DATE),
    Dimension(slug="account_id", name="Account", kind=Kind.ID),
    Dimension(slug="post_id", name="Post", kind=Kind.TEXT),
    Dimension(slug="published_at", name="Published", kind=Kind.TIMESTAMP),
    Dimension(slug="format", name="Format", kind=Kind.TEXT),
    Dimension(slug="caption", name="Caption", kind=Kind.TEXT),
    Dimension(slug="share_url", name="Link", kind=Kind.TEXT),
    Dimension(slug="thumbnail_url", name="Thumbnail", kind=Kind.TEXT),
)
