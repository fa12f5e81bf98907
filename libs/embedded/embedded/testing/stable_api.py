"""What our services may ask of a MongoDB: commands, options and operators of its Stable API, version 1, and of these
only what the laptop's server has too. https://www.mongodb.com/docs/manual/reference/stable-api/
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# Any: commands are BSON's.
Command = Mapping[str, Any]

# A driver's own, with each command. Without `startTransaction` and `autocommit`: there are no transactions.
_DRIVERS_OWN = frozenset({"lsid", "$db", "$readPreference", "$clusterTime", "maxTimeMS", "comment", "writeConcern"})
# Before a driver knows its server it says hello in the older words; with a declared API it does not.
HANDSHAKE = frozenset({"isMaster", "ismaster", "hello"})
COMMANDS: Mapping[str, frozenset[str]] = {
    "ping": frozenset(),
    "endSessions": frozenset(),
    "find": frozenset({"filter", "sort", "projection", "limit", "skip", "batchSize", "singleBatch", "hint"}),
    "getMore": frozenset({"collection", "batchSize"}),
    "killCursors": frozenset({"cursors"}),
    "aggregate": frozenset({"pipeline", "cursor"}),
    "count": frozenset({"query", "limit", "skip"}),
    "insert": frozenset({"documents", "ordered"}),
    "update": frozenset({"updates", "ordered"}),
    "delete": frozenset({"deletes", "ordered"}),
    "findAndModify": frozenset({"query", "sort", "update", "remove", "new", "upsert", "fields"}),
    "createIndexes": frozenset({"indexes"}),
}
_STAGES = frozenset({"$match", "$group", "$sort", "$limit", "$skip", "$project", "$count"})
_QUERIES = frozenset(
    {"$and", "$or", "$nor", "$not", "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$elemMatch"}
)
_UPDATES = frozenset({"$set", "$unset", "$inc", "$min", "$max", "$setOnInsert", "$push", "$pull", "$addToSet"})
# Within an update: what is pushed or pulled.
_UPDATE_DETAILS = _QUERIES | {"$each", "$slice"}
# No time to live, no sparse or hidden index.
_INDEX = frozenset({"key", "name", "unique", "partialFilterExpression"})


def violations(commands: Sequence[Command]) -> Sequence[str]:
    """What of `commands` is not allowed, each once."""
    return list(dict.fromkeys(fault for command in commands for fault in _faults(command)))


def _faults(command: Command) -> Iterator[str]:
    name = next(iter(command))
    if name in HANDSHAKE:
        return
    if name not in COMMANDS:
        yield f"the command {name}"
        return
    for option in command.keys() - {name} - _DRIVERS_OWN - COMMANDS[name]:
        yield f"{name} with {option}"
    for what, used, allowed in _used(command):
        for operator in used - allowed:
            yield f"{name}: {what} {operator}"


def _used(command: Command) -> Iterator[tuple[str, set[str], frozenset[str]]]:
    for stage in command.get("pipeline", ()):
        yield "the stage", set(stage), _STAGES
        yield "in $match", _operators(stage.get("$match", {})), _QUERIES
    for index in command.get("indexes", ()):
        yield "an index with", set(index), _INDEX
    for query in _queries(command):
        yield "the operator", _operators(query), _QUERIES
    for update in _updates(command):
        if isinstance(update, list):
            yield "an update by", {"a pipeline"}, frozenset()
        elif any(key.startswith("$") for key in update):
            yield "the update", set(update), _UPDATES
            details = {key: value for key, value in update.items() if key in ("$push", "$pull", "$addToSet")}
            yield "within the update", _operators(list(details.values())), frozenset(_UPDATE_DETAILS)


def _queries(command: Command) -> Iterator[object]:
    yield from (command[name] for name in ("filter", "query") if name in command)
    yield from (one["q"] for name in ("updates", "deletes") for one in command.get(name, ()))


def _updates(command: Command) -> Iterator[Any]:
    yield from (one["u"] for one in command.get("updates", ()))
    if "update" in command and next(iter(command)) == "findAndModify":
        yield command["update"]


def _operators(value: object) -> set[str]:
    """Every name that begins with `$`, however deep."""
    if isinstance(value, Mapping):
        own = {key for key in value if key.startswith("$")}
        return own.union(*map(_operators, value.values()))
    if isinstance(value, list):
        return set[str]().union(*map(_operators, value))
    return set()
