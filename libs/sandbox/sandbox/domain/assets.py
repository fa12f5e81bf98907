"""Temporary picture addresses, as TikTok gives them: they carry their expiry and stop working after it."""

from dataclasses import dataclass

from sandbox.domain import chance, timeline

# An address changes every 6 h and lives between 18 and 24 h.
RENEWED_EVERY = 6 * timeline.HOUR
LIVES_PERIODS = 4


@dataclass(frozen=True, slots=True)
class Assets:
    """Where pictures are served: `base` is the sandbox's own origin."""

    seed: int
    base: str

    def address(self, kind: str, name: str, moment: int) -> str:
        expires = (moment // RENEWED_EVERY + LIVES_PERIODS) * RENEWED_EVERY // timeline.SECOND
        path = f"/_assets/{kind}/{name}.svg"
        return f"{self.base}{path}?x-expires={expires}&x-signature={signature(self.seed, path, expires)}"


def signature(seed: int, path: str, expires: int) -> str:
    return chance.handle(seed, "asset", path, expires)[:27]


def is_valid(seed: int, path: str, *, expires: str, signed: str, moment: int) -> bool:
    if not expires.isdecimal() or moment >= int(expires) * timeline.SECOND:
        return False
    return signed == signature(seed, path, int(expires))
