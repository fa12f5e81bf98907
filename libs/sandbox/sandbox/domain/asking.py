"""Who asks for what, and when."""

from dataclasses import dataclass

from sandbox.domain.assets import Assets
from sandbox.domain.character import Account
from sandbox.domain.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request of an account that its token speaks for."""

    world: World
    account: Account
    now: int
    assets: Assets
    scopes: frozenset[str]
