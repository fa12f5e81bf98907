"""What the log keeps of tokens, codes and secrets: that they were there, and how long they were."""

from collections.abc import Mapping

from sandbox.domain.wire import Json

SECRETS = frozenset({"access_token", "refresh_token", "auth_code", "code", "client_secret", "secret"})


def masked(body: Json) -> Json:
    """`body` with its secrets hidden; the very same object where it has none."""
    if not isinstance(body, Mapping) or SECRETS.isdisjoint(body):
        return body
    return {name: _hidden(value) if name in SECRETS else value for name, value in body.items()}


def masked_texts(params: Mapping[str, str]) -> dict[str, str]:
    return {name: "*" * len(value) if name in SECRETS else value for name, value in params.items()}


def _hidden(value: Json) -> Json:
    """As long as it was, so that half of an answer ends at the same letter in the log and at the client."""
    if isinstance(value, Mapping):
        return {name: _hidden(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(inner) for inner in value]
    return value if value is None else "*" * len(str(value))
