"""The command that brings everything to the active key: one line says how many of each kind."""

import json
import sys

from auth_service.use_cases.rotating import Rotating


async def rotate(rotating: Rotating, *, active: str) -> int:
    """Print one JSON line; not 0 when something could not be opened, for then an older key may still be needed."""
    done = await rotating.rotate()
    renewed = {one.kind: one.renewed for one in done}
    unreadable = {one.kind: one.unreadable for one in done}
    sys.stdout.write(json.dumps({"active": active, "renewed": renewed, "unreadable": unreadable}) + "\n")
    return 1 if any(unreadable.values()) else 0
