"""Where downloads are kept between runs."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def folder() -> Path:
    """`TOA_CACHE_DIR`, else `.cache` of this checkout."""
    return Path(os.environ.get("TOA_CACHE_DIR") or REPOSITORY / ".cache")
