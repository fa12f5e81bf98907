"""Ways to break the SQL of a rollup. Every place of every way is a mutant."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

# What to break, and by what.
BREAKS: Sequence[tuple[str, str]] = (
    # Aggregates and functions.
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"argMax\(", "argMin("),
    (r"argMax\(([^,]+), [^)]+\)", r"any(\1)"),
    (r"argMaxIf\(", "argMinIf("),
    (r"argMaxIf\((\w+, \w+), [^)]+\)", r"argMax(\1)"),
    (r"arrayMin\(", "arrayMax("),
    (r"arraySum\(", "arrayMax("),
    (r"arrayDistinct\(", "("),
    (r"arrayFilter\((.+?) -> [^,]+, (\w[\w.]*)\)", r"\2"),
    (r"arraySort\(closing -> closing\.1, closings\)", "closings"),
    (r"arrayPopBack", "arrayPopFront"),
    (r"arrayPopFront", "arrayPopBack"),
    (r"\bgroupArray\(FIELD\)", "arrayReverse(groupArray(FIELD))"),
    (r"assumeNotNull\(([\w.]+)\)", r"\1"),
    (r"groupUniqArray\(create_time\)", "[assumeNotNull(any(create_time))]"),
    (r"notEmpty\(", "empty("),
    (r"\bisNotNull\([\w.]+\)", "true"),
    (r"\bisNull\([\w.]+\)", "true"),
    (r"\bisNull\(", "isNotNull("),
    (r"\bgreatest\(", "least("),
    (r"\babs\(", "("),
    (r"sign\(amount\)", "1"),
    (r"\blower\(", "upper("),
    (r"\blower\(", "("),
    (r"\btoDate\(", "toMonday("),
    (r"toDateTime\((\w+), 'UTC'\)", r"\1"),
    (r"toDateTime\((\w+),", r"toDateTime(1 + \1,"),
    (r"toStartOfDay\(listed_at\)", "listed_at"),
    (r"range\(", "range(1 + "),
    (r"intDiv\(amount, days\)", "amount"),
    (r"\bonce_each\(", "("),
    (r"\badded_up\(", "("),
    (r"\bknown\(JSONExtract", "once_each(JSONExtract"),
    (r"any\(channel\)", "'elsewhere'"),
    # Operators.
    (r" \+ ", " - "),
    (r" \+ 1\b", ""),
    (r" - ", " + "),
    (r" - 1\b", ""),
    (r" < ", " <= "),
    (r" < ", " > "),
    (r" <= ", " < "),
    (r">= ", "> "),
    (r" = ", " != "),
    (r" != ", " = "),
    (r" > 1\b", " > 0"),
    (r" > 1\b", " > 2"),
    (r" AND ", " OR "),
    (r"/ gap\.2", "/ 1"),
    (r"% days", "% 7"),
    (r"\b2 \* ", ""),
    (r"\b2 \* ", "3 * "),
    # Literals and parameters.
    (r"'api'", "'studio_csv'"),
    (r"'gone'", "'back'"),
    (r"'gone'", "'first-seen'"),
    (r"'unknown'", "'ambiguous'"),
    (r"'ambiguous'", "'unknown'"),
    (r"'\[\]'", "''"),
    (r"\b86400", "86399"),
    (r"\b86400", "86401"),
    (r"\b1000000000000000", "0"),
    (r" / 1000\b", " / 999"),
    (r"\{version:UInt64\}", "1"),
    (r"0 AS is_deleted", "1 AS is_deleted"),
    (r"toDateTime64\(0,", "toDateTime64(1,"),
    # Names that could be taken for each other.
    (r"(?<=\w)\.1\b", ".2"),
    (r"(?<=\w)\.2\b", ".1"),
    (r"\bPLACE\b", "1"),
    (r"\bLABEL (?=String)", "other "),
    (r"\bNUMBER (?=Nullable)", "other "),
    (r"\bfirst_(?=series|distance|fits)", "second_"),
    (r"\bsecond_(?=series|distance|fits)", "first_"),
    (r"\bfollowers_count\b", "daily_total_followers"),
    (r"\bdaily_total_followers\b", "followers_count"),
    (r"\bdaily_new_followers\b", "daily_lost_followers"),
    (r"\bdaily_lost_followers\b", "daily_new_followers"),
    (r"\bfirst_observed_at\b", "last_observed_at"),
    (r"\blast_observed_at\b", "first_observed_at"),
    (r"\bsaid_at\b", "seen_at"),
    (r"\bseen_at\b", "said_at"),
    (r"\bgrid\.(?=[\s\S]+?JOIN (\w+))", r"\1."),
    (r"\bgrid\.(?=[\s\S]+?JOIN [\s\S]+?JOIN (\w+))", r"\1."),
    # Types.
    (r"Nullable\(TYPE\)", "TYPE"),
    (r"Nullable\(TYPE\)", "Nullable(Float64)"),
    (r", TYPE\)", ", UInt8)"),
    # Which rows count, and which belong together.
    (r" FINAL", ""),
    (r"source = 'api' AND ", ""),
    (r"LEFT JOIN", "INNER JOIN"),
    (r"LEFT JOIN", "FULL JOIN"),
    (r"INNER JOIN", "LEFT JOIN"),
    (r"INNER JOIN", "RIGHT JOIN"),
    (r"SELECT .+\n\s+UNION ALL\n", ""),
    (r"UNION ALL\n\s+SELECT .+", ""),
    (r"(?<=PARTITION BY )workspace_id, ", ""),
    (r"(?<=PARTITION BY workspace_id), account_id", ""),
    (r"(?<=USING \()workspace_id, ", ""),
    (r"(?<=USING \(workspace_id), account_id", ""),
    (r"(USING .+), \w+\)", r"\1)"),
    (r"ORDER BY day\b", "ORDER BY day DESC"),
    # What is compared to tell which comes last.
    (r"\(source = 'api', ", "("),
    (r"toUnixTimestamp64Milli\(observed_at\) \+ ", ""),
    (r"\(observed_at, (?=source)", "("),
    (r"(?<=\(observed_at), source = 'api'", ""),
    (r"(?<=\w), rank\)", ", day)"),
)

# Of these functions each argument, from one on, may stand alone …
ALONE: Mapping[str, int] = {"coalesce": 0, "greatest": 0, "if": 1, "ifNull": 0, "nullIf": 0}
# … of these some may be missing, so many at a time, and of these they may stand the other way round.
MISSING: Mapping[str, int] = {"coalesce": 1, "multiIf": 2}
REVERSED = frozenset({"coalesce"})

_CALL = re.compile(r"\b({})\(".format("|".join(sorted({*ALONE, *MISSING, *REVERSED}))))


def mutants(template: str) -> list[tuple[str, str]]:
    """What was broken, and the template broken so; no two are alike."""
    found: dict[str, str] = {}
    for what, broken in (*_replaced(template), *_with_other_arguments(template), *_without_lines(template)):
        if broken != template:
            found.setdefault(broken, what)
    return list(zip(_told_apart(found.values()), found, strict=True))


def _told_apart(names: Iterable[str]) -> Iterator[str]:
    """What stands at several places is counted."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} (no. {seen[name]})"


def _replaced(template: str) -> Iterator[tuple[str, str]]:
    for pattern, replacement in BREAKS:
        for match in re.finditer(pattern, template, re.MULTILINE):
            put = match.expand(replacement)
            yield from _changed(template, match.start(), match.end(), put)


def _with_other_arguments(template: str) -> Iterator[tuple[str, str]]:
    for match in _CALL.finditer(template):
        end, arguments = _arguments(template, match.end())
        for put in _other_arguments(match[1], arguments):
            yield from _changed(template, match.start(), end, put)


def _without_lines(template: str) -> Iterator[tuple[str, str]]:
    lines = template.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if not _is_comment(line):
            yield f"line gone: {line.strip()}", "".join(lines[:number] + lines[number + 1 :])


def _changed(template: str, start: int, end: int, put: str) -> Iterator[tuple[str, str]]:
    number = template[:start].count("\n")
    if not _is_comment(template.splitlines()[number]):
        broken = template[:start] + put + template[end:]
        old, new = (" ".join(text.split()) for text in (template[start:end], put))
        yield f"{old!r} → {new!r} in: {broken.splitlines()[number].strip()}", broken


def _is_comment(line: str) -> bool:
    return line.strip().startswith("--")


def _arguments(template: str, start: int) -> tuple[int, list[str]]:
    """Of a call whose arguments begin at `start`: where it ends, and each argument."""
    depth, begun, found = 0, start, []
    for place in range(start, len(template)):
        character = template[place]
        if depth == 0 and character in ",)":
            found.append(template[begun:place].strip())
            begun = place + 1
        if depth == 0 and character == ")":
            return begun, found
        depth += (character in "([{") - (character in ")]}")
    raise ValueError(f"a call without an end: {template[start:]}")


def _other_arguments(name: str, arguments: Sequence[str]) -> Iterator[str]:
    if name in ALONE:
        yield from arguments[ALONE[name] :]
    if name in MISSING:
        width = MISSING[name]
        for place in range(0, len(arguments) - width + 1, width):
            yield f"{name}({', '.join([*arguments[:place], *arguments[place + width :]])})"
    if name in REVERSED:
        yield f"{name}({', '.join(reversed(arguments))})"
