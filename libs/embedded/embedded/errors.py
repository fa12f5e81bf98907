"""What can go wrong with a part of the laptop platform; every message is one line that ends with the remedy."""


class EmbeddedError(Exception):
    """Base of all errors here. A command prints it as one line and ends with status 1."""


class CacheError(EmbeddedError):
    """A downloaded file is missing or not the one that was locked, and could not be fetched again."""


class DataFolderError(EmbeddedError):
    """A data folder is in use by another process, cannot be written, or its disk is full."""


class PortError(EmbeddedError):
    """A port is in use."""


class NotReady(EmbeddedError):
    """A part did not answer before the deadline."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(f"{part} is not ready: {reason}; its log file tells more")
        self.part = part
        self.reason = reason
