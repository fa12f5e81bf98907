"""Why a request is refused, in words for the one who asked."""

from collections.abc import Sequence


class Refused(Exception):
    """Base of every refusal that the asker can do something about."""


class BadInput(Refused):
    """A parameter cannot be used: which one, what is wrong with it, what to do instead."""

    def __init__(self, parameter: str, problem: str, remedy: str) -> None:
        super().__init__(f"{parameter}: {problem}; {remedy}")
        self.parameter = parameter
        self.problem = problem
        self.remedy = remedy


class NotAuthenticated(Refused):
    """Nobody known asks: no credentials, or none that hold (any more)."""


class NotAllowed(Refused):
    """Somebody known asks for what they may not have; `scope` is the one that would be needed."""

    def __init__(self, detail: str, *, scope: str) -> None:
        super().__init__(detail)
        self.scope = scope


class NotFound(Refused):
    """There is no such thing in this workspace; the same words for one of another workspace."""

    def __init__(self, what: str) -> None:
        super().__init__(f"there is no such {what} in this workspace")


class Conflict(Refused):
    """What is asked does not fit the state things are in: somebody was faster, or something else depends on it."""


class TooOften(Refused):
    """Somebody asks more often than they may; one more request is granted after `seconds`."""

    def __init__(self, detail: str, *, seconds: int) -> None:
        super().__init__(detail)
        self.seconds = seconds


class UnknownParameters(Refused):
    """Parameters that the operation does not have: what was meant by them cannot be guessed."""

    def __init__(self, names: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(f"there is no parameter {', '.join(names)}")
        self.names = names
        self.known = known
