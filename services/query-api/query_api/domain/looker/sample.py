"""Rows for Looker Studio to find out what the fields are like, without a look at anybody's figures."""

from collections.abc import Mapping

from query_api.domain.looker.asking import LookerQuestion
from query_api.domain.looker.fields import LookerField

Value = str | int

_ROWS = 3
_TOLD: Mapping[str, str] = {
    "YEAR_MONTH_DAY": "2026010{n}",
    "YEAR_MONTH": "20260{n}",
    "YEAR_MONTH_DAY_SECOND": "2026010{n}120000",
    "HOUR": "0{n}",
    "DAY_OF_WEEK": "{n}",
    "COUNTRY_CODE": "U{letter}",
    "URL": "https://www.tiktok.com/",
    "IMAGE": "https://www.tiktok.com/favicon.ico",
}


def sample_rows(asked: LookerQuestion) -> list[Mapping[str, list[Value]]]:
    return [{"values": [_value(field, number) for field in asked.shown]} for number in range(1, _ROWS + 1)]


def _value(field: LookerField, number: int) -> Value:
    if field.data_type == "NUMBER":
        return number
    return _TOLD.get(field.semantic_type, f"{field.label} {{n}}").format(n=number, letter="ASK"[number - 1])
