"""The fields the ingestor asks for, as TikTok wants them in a query."""

import json
from datetime import UTC, datetime, timedelta

from common.catalog import SCOPES
from ingestor.domain import asking
from ingestor.domain.plan import Rhythm


def profile_fields() -> str:
    return _written(asking.profile_fields(SCOPES))


def post_fields() -> str:
    return _written(asking.post_fields(SCOPES))


def profile_days() -> tuple[str, str]:
    today = datetime.now(UTC).date()
    return (today - timedelta(days=Rhythm().look_back_days)).isoformat(), today.isoformat()


def _written(fields: asking.FieldSet | None) -> str:
    if fields is None:
        raise ValueError("no field is granted by all scopes together")
    return json.dumps(fields.fields)
