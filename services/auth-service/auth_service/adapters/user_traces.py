"""What is held of a user besides the user: it goes with them."""

from uuid import UUID

from common.documents.store import Database

# By collection and field.
TRACES = (
    ("notices", "user_id"),
    ("second_factors", "_id"),
    ("identities", "user_id"),
    ("half_proofs", "user_id"),
    ("password_resets", "user_id"),
)


class MongoUserTraces:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove(self, user_id: UUID, email: str) -> None:
        for collection, field in TRACES:
            await self._database.collection(collection).remove({field: str(user_id)})
        # One that still waits for its mail is an invitation, perhaps, and the address may come back by it.
        await self._database.collection("notices").remove({"email": email, "next_try_at": None})
