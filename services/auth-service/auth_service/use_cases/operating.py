"""Operators: who runs this deployment. They are named by its settings and are no role of any workspace."""

from dataclasses import dataclass
from uuid import UUID

from auth_service.ports_sign_in import Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Operators:
    """`emails` in their normal form. Looked up at each request, so that a removed one is none at once."""

    users: Accounts
    emails: frozenset[str]

    async def is_operator(self, user_id: UUID) -> bool:
        if not self.emails:
            return False
        user = await self.users.get(user_id)
        return user is not None and user.email in self.emails
