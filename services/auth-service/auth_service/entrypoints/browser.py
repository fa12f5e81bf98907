"""The cookie that binds a consent to the browser it was asked in: random, and worth nothing by itself."""

import re
from dataclasses import dataclass

from fastapi import Request, Response

from auth_service.ports import Secrets

# Ten minutes at TikTok, then ten to answer.
_LIFE_SECONDS = 30 * 60
_FORM = re.compile(r"[\w-]{32,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsers:
    secrets: Secrets
    secure: bool

    @property
    def cookie(self) -> str:
        # With this prefix no other host, and no page over http, can plant a value of its own.
        return "__Host-toa_connect" if self.secure else "toa_connect"

    def of(self, request: Request) -> str:
        """The browser's value; empty where it has none, which fits no consent."""
        value = request.cookies.get(self.cookie, "")
        return value if _FORM.fullmatch(value) else ""

    def bound(self, request: Request, response: Response) -> str:
        """The value to bind a consent to; a browser that has one keeps it, so that two tabs do not end each other."""
        value = self.of(request) or self.secrets.new_secret()
        response.set_cookie(
            self.cookie, value, max_age=_LIFE_SECONDS, path="/", secure=self.secure, httponly=True, samesite="lax"
        )
        return value
