"""What breaks between two JSON Schemas of the same event version, in either direction.

Today's readers meet events of every release (a topic keeps them, a replay brings them back), and readers of every
release meet today's events. So only what is added, optional and where the release allows more, is no break. It knows
the keywords that pydantic writes; another one that changes is a break, because nobody has thought about it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

Schema = Mapping[str, Any]

_WORDS = {"title", "description", "examples", "deprecated", "discriminator", "$schema", "$id", "$comment", "$defs"}
_TOLD_APART = {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "oneOf"}
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Break:
    """`place` is where in the value, `reason` what its reader would meet."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place or 'the value'}: {self.reason}"


def breaks(released: Schema, present: Schema) -> Iterator[Break]:
    """Every change that a reader of `released` or of `present` would not get over."""
    return _Comparison(released, present).between(released, present, "")


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The two documents, into whose `$defs` references lead."""

    released: Schema
    present: Schema

    def between(self, old: Schema, new: Schema, place: str) -> Iterator[Break]:
        old, new = _followed(old, self.released), _followed(new, self.present)
        olds, news = self._forms(old, self.released), self._forms(new, self.present)
        gone, come = [name for name in olds if name not in news], [name for name in news if name not in olds]
        yield from _changed_forms(gone, come, place)
        for name in olds:
            if name in news:
                yield from self._same_form(olds[name], news[name], place)
        if len(olds) > 1 or len(news) > 1:
            yield from _defaults(old, new, place)

    def _forms(self, schema: Schema, root: Schema) -> dict[str, Schema]:
        """What a value may be, by a name that stays when its insides change."""
        options = schema.get("anyOf") or schema.get("oneOf") or [schema]
        forms: dict[str, Schema] = {}
        for option in (_followed(one, root) for one in options):
            name = _name(option)
            forms[name if name not in forms else f"{name} ({len(forms)})"] = option
        return forms

    def _same_form(self, old: Schema, new: Schema, place: str) -> Iterator[Break]:
        yield from _choices(old, new, place)
        yield from _defaults(old, new, place)
        yield from _limits(old, new, place)
        yield from self._properties(old, new, place)
        yield from self._inner(old, new, place, keyword="items", inside=f"{place}[]")
        yield from self._additional(old, new, place)

    def _properties(self, old: Schema, new: Schema, place: str) -> Iterator[Break]:
        olds, news = old.get("properties", {}), new.get("properties", {})
        before, now = set(old.get("required", ())), set(new.get("required", ()))
        removed = set(olds) - set(news)
        for name in sorted(removed):
            yield Break(_at(place, name), "was removed: readers of the release count on it")
        for name in sorted(now - before):
            yield Break(_at(place, name), "is now required: events of the release do not have it")
        for name in sorted(before - now - removed):
            yield Break(_at(place, name), "may now be absent: readers of the release count on it")
        if old.get("additionalProperties", True) is False:
            for name in sorted(set(news) - set(olds)):
                yield Break(_at(place, name), "is new where the release allows nothing more")
        for name in olds:
            if name in news:
                yield from self.between(olds[name], news[name], _at(place, name))

    def _additional(self, old: Schema, new: Schema, place: str) -> Iterator[Break]:
        inside = _at(place, "*")
        olds, news = (side.get("additionalProperties", True) for side in (old, new))
        if isinstance(olds, bool) or isinstance(news, bool):
            if olds != news:
                yield Break(inside, f"what else may be there {_from_to(olds, news)}")
        else:
            yield from self.between(olds, news, inside)

    def _inner(self, old: Schema, new: Schema, place: str, *, keyword: str, inside: str) -> Iterator[Break]:
        if keyword in old and keyword in new:
            yield from self.between(old[keyword], new[keyword], inside)
        elif keyword in old or keyword in new:
            yield Break(place, f"{keyword} {_from_to(old.get(keyword, _ABSENT), new.get(keyword, _ABSENT))}")


def _followed(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    place: Any = root
    for name in str(schema["$ref"]).removeprefix("#/").split("/"):
        place = place[name]
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**_followed(cast(Schema, place), root), **beside}


def _name(form: Schema) -> str:
    kind = form.get("properties", {}).get("kind", {}).get("const")
    return str(kind or form.get("type") or "anything")


def _changed_forms(gone: list[str], come: list[str], place: str) -> Iterator[Break]:
    if gone and come:
        yield Break(place, f"was {' or '.join(gone)}, is {' or '.join(come)}")
    elif gone:
        yield Break(place, f"is no longer {' or '.join(gone)}: events of the release have it")
    elif come:
        yield Break(place, f"may now be {' or '.join(come)}: readers of the release refuse it")


def _choices(old: Schema, new: Schema, place: str) -> Iterator[Break]:
    before, now = _members(old), _members(new)
    if before is None or now is None:
        if before != now:
            yield Break(place, f"the allowed values {_from_to(before or 'any', now or 'any')}")
        return
    if gone := [one for one in before if one not in now]:
        yield Break(place, f"{_listed(gone)} is no longer allowed: events of the release have it")
    if come := [one for one in now if one not in before]:
        yield Break(place, f"{_listed(come)} is new: readers of the release refuse it")


def _members(schema: Schema) -> list[object] | None:
    return [schema["const"]] if "const" in schema else cast("list[object] | None", schema.get("enum"))


def _defaults(old: Schema, new: Schema, place: str) -> Iterator[Break]:
    before, now = old.get("default", _ABSENT), new.get("default", _ABSENT)
    if before != now:
        yield Break(place, f"the default {_from_to(before, now)}: its absence would mean something else")


def _limits(old: Schema, new: Schema, place: str) -> Iterator[Break]:
    for keyword in sorted({*old, *new} - _WORDS - _TOLD_APART - {"default"}):
        before, now = old.get(keyword, _ABSENT), new.get(keyword, _ABSENT)
        if before != now:
            yield Break(place, f"{keyword} {_from_to(before, now)}")


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _listed(values: list[object]) -> str:
    return " and ".join(repr(value) for value in values)


def _from_to(before: object, now: object) -> str:
    words = ("none" if value is _ABSENT else repr(value) for value in (before, now))
    return "was {}, is {}".format(*words)
