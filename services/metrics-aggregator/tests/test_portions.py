"""Work over everything: each account once, in order, and never more facts at a time than allowed."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from metrics_aggregator.domain.portions import MOST_ACCOUNTS_AT_ONCE, Load, portions
from metrics_aggregator.domain.records import Account


@given(sizes=st.lists(st.integers(1, 50), max_size=60), most=st.integers(1, 100))
def test_every_account_is_taken_once_and_only_a_large_one_passes_the_limit(sizes: list[int], most: int) -> None:
    loads = [Load(account=Account(UUID(int=1), UUID(int=n)), facts=size) for n, size in enumerate(sizes)]
    made = list(portions(loads, most_facts=most))
    assert [account for portion in made for account in portion.accounts] == [load.account for load in loads]
    for portion in made:
        assert portion.facts <= most or len(portion.accounts) == 1
    for portion, following in pairwise(made):
        assert portion.facts + loads[following.accounts[0].account_id.int].facts > most


def test_accounts_that_stand_in_a_query_are_bounded_too() -> None:
    loads = [Load(account=Account(UUID(int=1), UUID(int=n)), facts=0) for n in range(MOST_ACCOUNTS_AT_ONCE + 1)]
    assert [len(portion.accounts) for portion in portions(loads)] == [MOST_ACCOUNTS_AT_ONCE, 1]
