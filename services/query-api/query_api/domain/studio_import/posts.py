"""A post named by its link."""

import re

# The number after `video` or `photo` is TikTok's id of the post, whatever the name before it and the rest behind it.
_LINK = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?tiktok\.com/@[^/\s]*/(?:video|photo)/(?P<post_id>\d{1,20})(?:[/?#]\S*)?"
)


def post_of(link: str) -> str | None:
    """TikTok's id of the post; None where it is no link to one."""
    match = _LINK.fullmatch(link.strip())
    return match["post_id"] if match else None
