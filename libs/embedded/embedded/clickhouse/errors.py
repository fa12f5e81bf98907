"""ClickHouse's errors: their code, their words, and the HTTP status that goes with them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

NOT_IMPLEMENTED = 48
SYNTAX_ERROR = 62
UNKNOWN_FORMAT = 73
UNKNOWN_SETTING = 115
TOO_MANY_SIMULTANEOUS_QUERIES = 202
QUERY_IS_TOO_LARGE = 229
NOT_ENOUGH_SPACE = 243
ACCESS_DENIED = 497
# Only for texts of the engine without a code of their own.
UNKNOWN_EXCEPTION = 1002

# As in ClickHouse's own table (src/Server/HTTP/exceptionCodeToHTTPStatus.cpp); any other code is 500.
_CODES_BY_STATUS: Mapping[int, frozenset[int]] = {
    400: frozenset(
        (6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675, 676)
    ),
    401: frozenset({194}),
    403: frozenset({192, 193, 497, 512, 516}),
    404: frozenset({46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511}),
    408: frozenset({159}),
    411: frozenset({381}),
    413: frozenset({229}),
    415: frozenset({779}),
    501: frozenset({48}),
    503: frozenset({76, 209, 439}),
}
_STATUS_BY_CODE = {code: status for status, codes in _CODES_BY_STATUS.items() for code in codes}

_CODE = re.compile(r"Code: (\d+)\.")
# The engine wraps an error it met while reading a file into one with the same code and name.
_WRAPPED = re.compile(
    r"\ACode: \d+\. DB::Exception: (Code: \d+\..*) \(version [^()]*(?:\([^()]*\))?\)\. \(\w+\)\s*\Z", re.S
)
# What the gateway added: the tag of a statement, and the file that carried its rows.
_OURS = re.compile(
    r"\s*/\*statement [0-9a-f]+\*/"
    r"|: \(in file/uri [^)]*\)|: data for INSERT was parsed from file|: While executing File\b|\s*FROM INFILE '[^']*'"
)


class ClickHouseError(Exception):
    """An error as ClickHouse words it: `Code: 62. DB::Exception: ... (SYNTAX_ERROR)`."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    @property
    def status(self) -> int:
        return _STATUS_BY_CODE.get(self.code, 500)


def refusal(code: int, name: str, reason: str) -> ClickHouseError:
    """An error of the gateway itself, in ClickHouse's form."""
    return ClickHouseError(code, f"Code: {code}. DB::Exception: {reason}. ({name})")


@contextmanager
def of_the_disk() -> Iterator[None]:
    """Around writes of the gateway's own: a full disk is the query's error, not a fault of the gateway."""
    try:
        yield
    except OSError as error:
        reason = f"Cannot keep the data of this request: {error.strerror}; free some disk space"
        raise refusal(NOT_ENOUGH_SPACE, "NOT_ENOUGH_SPACE", reason) from error


def text_of(sql: bytes) -> str:
    try:
        return sql.decode()
    except UnicodeDecodeError as error:
        raise refusal(SYNTAX_ERROR, "SYNTAX_ERROR", f"The SQL is not UTF-8: {error}") from error


def from_engine(message: str) -> ClickHouseError:
    text = _OURS.sub("", message.strip())
    if wrapped := _WRAPPED.match(text):
        text = wrapped[1]
    code = _CODE.search(text)
    return ClickHouseError(int(code[1]) if code else UNKNOWN_EXCEPTION, text)
