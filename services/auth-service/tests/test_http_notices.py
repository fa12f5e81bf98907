"""A person's notices over HTTP: their own only, unread first, page by page."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from auth_service.bootstrap import Stores
from auth_service.domain.identity import Person
from auth_service.domain.notice import NoticeKind, new_notice

from .http_face import problem

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
PATH = "/auth/v1/notices"


async def tell(stores: Stores, person: Person, number: int, workspace_id: UUID | None = None) -> str:
    notice = new_notice(
        NoticeKind.LOST_ACCESS,
        about=str(number),
        email="ada@example.test",
        at=NOW + timedelta(minutes=number),
        user_id=person.user_id,
        workspace_id=workspace_id,
        values={"account": f"@account{number}"},
        link="http://secret.test/once",
    )
    await stores.notices.add(notice)
    return notice.notice_id


async def test_unread_ones_come_first_then_the_newest_page_by_page(
    http: httpx.AsyncClient, stores: Stores, owner: Person, bearer: dict[str, str]
) -> None:
    told = [await tell(stores, owner, number) for number in range(7)]
    for number in (6, 2):
        answer = await http.post(f"{PATH}/{told[number]}/read", headers=bearer)
        assert answer.status_code == 204
    shown: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        page = (await http.get(PATH, params=query, headers=bearer)).json()
        assert page["unread"] == 5
        shown += [notice["notice_id"] for notice in page["notices"]]
        if not (cursor := page["next_cursor"]):
            break
    assert shown == [told[number] for number in (5, 4, 3, 1, 0, 6, 2)]


async def test_a_notice_is_told_in_words_without_its_secret_link(
    http: httpx.AsyncClient, stores: Stores, owner: Person, bearer: dict[str, str]
) -> None:
    await tell(stores, owner, 1, owner.workspace_id)
    answer = await http.get(PATH, headers=bearer)
    [notice] = answer.json()["notices"]
    assert notice["title"] == "TikTok no longer gives us access to @account1"
    assert (notice["place"], notice["kind"], notice["read_at"]) == ("/connections", "lost_access", None)
    assert "secret" not in answer.text


async def test_all_are_read_at_once(
    http: httpx.AsyncClient, stores: Stores, owner: Person, bearer: dict[str, str]
) -> None:
    for number in range(3):
        await tell(stores, owner, number)
    assert (await http.post(f"{PATH}/read", headers=bearer)).status_code == 204
    page = (await http.get(PATH, headers=bearer)).json()
    assert page["unread"] == 0
    assert all(notice["read_at"] for notice in page["notices"])


async def test_others_notices_are_as_if_they_were_not_there(
    http: httpx.AsyncClient, stores: Stores, owner: Person, bearer: dict[str, str], others: dict[str, str]
) -> None:
    theirs = await tell(stores, owner, 1)
    elsewhere = await tell(stores, owner, 2, uuid4())
    assert (await http.get(PATH, headers=others)).json() == {"notices": [], "unread": 0, "next_cursor": None}
    assert problem(await http.post(f"{PATH}/{theirs}/read", headers=others)) == (404, "not-found")
    assert problem(await http.post(f"{PATH}/{elsewhere}/read", headers=bearer)) == (404, "not-found")
    assert (await http.post(f"{PATH}/read", headers=others)).status_code == 204
    page = (await http.get(PATH, headers=bearer)).json()
    assert [notice["notice_id"] for notice in page["notices"]] == [theirs]
    assert page["unread"] == 1


async def test_an_invitation_to_another_workspace_is_told_where_one_is(
    http: httpx.AsyncClient, stores: Stores, owner: Person, bearer: dict[str, str]
) -> None:
    email, elsewhere = "ada@example.test", uuid4()
    invited = new_notice(NoticeKind.INVITATION, about="1", email=email, at=NOW, user_id=owner.user_id)
    await stores.notices.add(invited.model_copy(update={"workspace_id": elsewhere}))
    page = (await http.get(PATH, headers=bearer)).json()
    assert [notice["kind"] for notice in page["notices"]] == ["invitation"]
    assert (await http.post(f"{PATH}/{invited.notice_id}/read", headers=bearer)).status_code == 204


@pytest.mark.parametrize("query", [{"cursor": "nonsense"}, {"cursor": "e30="}, {"limit": "0"}, {"limit": "x"}])
async def test_a_bad_question_is_a_problem(
    http: httpx.AsyncClient, bearer: dict[str, str], query: dict[str, str]
) -> None:
    assert problem(await http.get(PATH, params=query, headers=bearer)) == (422, "invalid-input")


async def test_without_a_session_there_is_nothing(http: httpx.AsyncClient) -> None:
    assert problem(await http.get(PATH)) == (401, "not-signed-in")
