"""Answers kept in memory."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from query_api.domain.answers import Answer, AnswerKey

# `Any`: what a coroutine yields to the loop is nobody's business.
Make = Callable[[], Coroutine[Any, Any, Answer]]


class Answers(Protocol):
    def held(self, key: AnswerKey) -> Answer | None:
        """The answer, when one is there and still holds."""
        ...

    async def answer(self, key: AnswerKey, make: Make) -> Answer:
        """The answer that is there, or is being made for somebody else, or that `make` gives.

        What `make` raises is raised to all who wait for it, and forgotten. `make` is cancelled when nobody waits.
        """
        ...
