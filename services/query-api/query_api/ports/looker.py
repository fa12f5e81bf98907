"""What Looker Studio's connector is answered from."""

from collections.abc import AsyncGenerator, Mapping
from typing import Protocol

from query_api.domain.looker.asking import LookerQuestion


class LookerRows(Protocol):
    def rows(self, asked: LookerQuestion, names: Mapping[str, str]) -> AsyncGenerator[bytes, None]:
        """A JSON array of `{"values": [...]}`, in pieces; `names` are those of labels and plans by id.

        Raises `Unavailable`, or `TooMuch` above Looker Studio's own limits.
        """
        ...
