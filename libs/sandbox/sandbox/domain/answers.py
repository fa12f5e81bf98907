"""What TikTok answers: error codes (section A7 of the fact sheet) and the switches for what its pages leave open."""

from dataclasses import dataclass
from typing import Literal

from sandbox.domain.wire import Json

OK = 0
PERMISSION_ERROR = 40001
PARAM_ERROR = 40002
NOT_EXIST = 40007
ID_LIMIT_EXCEEDED = 40011
TOO_MANY_REQUESTS = 40100
INVALID_PARTNER = 40101
ACCESS_TOKEN_EXPIRED = 40102
REFRESH_TOKEN_EXPIRED = 40103
EMPTY_ACCESS_TOKEN = 40104
INVALID_ACCESS_TOKEN = 40105
INVALID_REFRESH_TOKEN = 40107
INVALID_GRANT_TYPE = 40108
AUTH_CODE_ERROR = 40110
APP_FORBIDDEN = 40113
SYS_ERROR = 50000
SYS_TIMEOUT = 50002
SERVICE_ERROR = 51010
MAINTENANCE = 60001


class ApiError(Exception):
    """An application error: it travels with HTTP 200 in the envelope."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Result:
    """What an envelope says."""

    code: int
    message: str
    data: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Behaviour that no public page settles (conflicts C3 and C7)."""

    missing_value: Literal["absent", "null"] = "absent"
    """A figure that is gated, late or paused is left out of the object, or given as null."""
    missing_scope: Literal["omit", "error"] = "omit"
    """A field whose scope was not granted is left out, or refuses the request with 40001."""
    before_floor: Literal["truncate", "error"] = "truncate"
    """A start more than 60 days back is moved up, or refused with 40002."""
