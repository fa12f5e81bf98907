"""A device by the name of its browser and system, as a person would tell it from others in a list."""

from collections.abc import Sequence

# The first that is found: later ones also stand in the text of earlier ones.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_named(user_agent: str) -> str:
    """Such as `Firefox on Linux`; a program by the first word it gives itself."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    own = user_agent.split("/", maxsplit=1)[0].strip()[:40]
    return browser or system or own or "Unknown device"


def _first(names: Sequence[tuple[str, str]], text: str) -> str | None:
    return next((name for part, name in names if part in text), None)
