"""The permissions an account holder can grant."""

DESCRIPTIONS = {
    "user.info.basic": "See your profile picture and display name",
    "user.info.username": "See your username",
    "user.info.stats": "See your follower, like and video counts",
    "user.info.profile": "See your bio, profile link and badge",
    "user.account.type": "See whether this is a business account",
    "user.insights": "See your account insights and follower demographics",
    "video.list": "See your public posts and their counters",
    "video.insights": "See the insights of your posts",
    "comment.list": "See the comments on your posts",
    "comment.list.manage": "Reply to, hide and delete comments",
    "video.publish": "Publish posts to your profile",
    "video.upload": "Upload drafts to your inbox",
    "message.list.read": "Read your direct messages",
    "message.list.send": "Send direct messages",
    "message.list.manage": "Manage your direct messages",
    "biz.spark.auth": "Allow your posts to be used in ads",
    "biz.creator.info": "See your creator profile",
    "biz.creator.insights": "See your creator insights",
    "biz.brand.insights": "See your brand insights",
    "biz.ads.recommend": "See posts recommended for ads",
    "tcm.order.update": "Update creator marketplace orders",
    "discovery.search.words": "See suggested search words",
}


def parse(text: str) -> tuple[str, ...]:
    """The scopes of a comma-separated list, each once, in the order given."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def unknown(scopes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(scope for scope in scopes if scope not in DESCRIPTIONS)
