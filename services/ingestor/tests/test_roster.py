from uuid import UUID

from common.events import AccountStatus, AccountV1
from ingestor.domain.roster import Entry, Roster

from .fakes import account, changed


def _entry(told: AccountV1, partition: int = 0) -> Entry:
    return Entry(partition=partition, account=told)


def _followed(roster: Roster) -> set[UUID]:
    return {told.account_id for told in roster.followed()}


def test_highest_revision_wins_whatever_the_order() -> None:
    first = account()
    second = changed(first, scopes=("video.list",))
    for order in ([first, second], [second, first]):
        roster = Roster().with_entries(map(_entry, order)).with_settled([0])
        assert list(roster.followed()) == [second]


def test_nothing_is_followed_before_its_partition_was_read_to_the_end() -> None:
    roster = Roster().with_entries([_entry(account(), partition=3)])
    assert _followed(roster) == set()
    assert len(_followed(roster.with_settled([3]))) == 1


def test_disconnected_and_erased_accounts_are_not_followed_and_lost_ones_are() -> None:
    told = {status: account(status=status) for status in AccountStatus}
    roster = Roster().with_entries(map(_entry, told.values())).with_settled([0])
    assert _followed(roster) == {
        told[AccountStatus.CONNECTED].account_id,
        told[AccountStatus.LOST_ACCESS].account_id,
    }


def test_a_disconnect_after_a_connect_ends_it_and_a_late_relay_does_not_bring_it_back() -> None:
    connected = account()
    gone = changed(connected, status=AccountStatus.DISCONNECTED)
    roster = Roster().with_entries(map(_entry, [connected, gone])).with_settled([0])
    assert _followed(roster.with_entries([_entry(connected)])) == set()


def test_revoked_partitions_are_forgotten_and_must_be_read_again() -> None:
    kept, gone = account(), account()
    roster = Roster().with_entries([_entry(kept, 1), _entry(gone, 2)]).with_settled([1, 2]).without([2])
    assert _followed(roster) == {kept.account_id}
    assert roster.account(gone.account_id) is None
    assert _followed(roster.with_entries([_entry(gone, 2)])) == {kept.account_id}
