"""A batch is read at once, and one bad record among good ones is found, and told as if it stood alone."""

import re
from collections.abc import Sequence

import pytest

from metrics_aggregator.adapters.contracts import StrictContracts
from metrics_aggregator.domain.records import Snapshot, sort_records

from .intake import ACCOUNT, record, short
from .test_traps import KEPT, POSTS, REFUSED, post

# The envelope and ClickHouse refuse these.
ELSEWHERE = re.compile("not a JSON object|plausible|duplicate key|Duplicate field")
FAULTS = [(text, reason) for place, text, reason in REFUSED if place == POSTS and not ELSEWHERE.search(reason)]
FINE = [text for place, _, text, _ in KEPT if place == POSTS]


def batch(*texts: str) -> Sequence[Snapshot]:
    return sort_records([record(POSTS, text.encode()) for text in texts], of_posts=True).snapshots


@pytest.mark.parametrize(("text", "reason"), FAULTS, ids=short)
def test_one_bad_record_among_good_ones_is_the_only_one_refused(text: str, reason: str) -> None:
    good, bad, other = batch(post('"likes":1'), text, post('"likes":2'))
    ((found, fault),) = StrictContracts().faults([good, bad, other])
    assert found is bad
    assert re.search(reason, fault), fault


def test_whatever_is_kept_is_kept_beside_the_others() -> None:
    assert list(StrictContracts().faults(batch(*FINE))) == []


def test_an_id_in_another_spelling_is_the_same_id() -> None:
    text = post('"likes":1')
    (snapshot,) = batch(text)
    account = str(snapshot.account.account_id)
    spelled = snapshot._replace(value=text.replace(ACCOUNT, account.upper()).encode())
    assert list(StrictContracts().faults([snapshot, spelled])) == []


def test_no_records_have_no_faults() -> None:
    assert list(StrictContracts().faults([])) == []
