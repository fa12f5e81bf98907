"""The page at /: accounts, posts, the clock and the last requests, in pages, and the addresses its buttons call."""

import re
from collections.abc import Awaitable, Callable
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from sandbox.settings import SandboxSettings

PREFIX = "/open_api/v1.3/business"
COFFEE, HARBOUR = "northlight.coffee", "harbour.pottery"

Connect = Callable[..., Awaitable[dict[str, str]]]


class Elements(HTMLParser):
    """All elements, and the texts of table cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._in_cell = self._in_cell or tag == "td"
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data.strip()

    def attributes(self, name: str) -> list[str]:
        return [value for _, attributes in self.found if (value := attributes.get(name))]


@pytest.fixture
def settings(settings: SandboxSettings, clock_file: Path) -> SandboxSettings:
    return settings.model_copy(update={"clock_file": clock_file, "sandbox_more_accounts": 100_000})


async def page(tiktok: httpx.AsyncClient, **params: str | int) -> Elements:
    reply = await tiktok.get("/", params=params)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return Elements(reply.text)


async def test_accounts_are_shown_with_what_they_are(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    await connect(HARBOUR)
    rows = {row[0]: row[1:] for row in (await page(tiktok)).rows if row and row[0].startswith("@")}
    assert len(rows) == 20
    assert rows[f"@{COFFEE}"][0] == "registered business"
    assert (rows[f"@{HARBOUR}"][3], rows[f"@{COFFEE}"][3]) == ("yes", "no")
    assert int(rows[f"@{COFFEE}"][1].replace(",", "")) > 10_000
    assert int(rows[f"@{COFFEE}"][2]) > 200


async def test_a_hundred_thousand_accounts_come_in_pages(tiktok: httpx.AsyncClient) -> None:
    first, last = await page(tiktok), await page(tiktok, accounts=99_990)
    assert any("accounts=20" in address for address in first.attributes("href"))
    names = [{row[0] for row in shown.rows if row and row[0].startswith("@")} for shown in (first, last)]
    assert [len(found) for found in names] == [20, 14]
    assert names[0].isdisjoint(names[1])


async def test_posts_of_an_account_can_be_deleted(tiktok: httpx.AsyncClient) -> None:
    shown = await page(tiktok, account=f"@{COFFEE}")
    deletes = [value for value in shown.attributes("data-send") if value.startswith("DELETE /_sandbox/posts/")]
    assert len(deletes) == 10
    address = deletes[0].removeprefix("DELETE ")
    assert (await tiktok.delete(address)).status_code == 200
    assert address not in "".join((await page(tiktok, account=COFFEE)).attributes("data-send"))
    older = await page(tiktok, account=COFFEE, posts=10)
    assert not set(older.attributes("data-send")) & set(deletes[2:])


async def test_an_unknown_account_is_said_and_not_echoed_as_markup(tiktok: httpx.AsyncClient) -> None:
    reply = await tiktok.get("/", params={"account": "<b>nobody</b>"})
    assert "Nobody here is called" in reply.text
    assert "<b>nobody" not in reply.text


async def test_requests_are_shown_newest_first_in_pages(tiktok: httpx.AsyncClient, connect: Connect) -> None:
    token = await connect(COFFEE)
    asked = {"business_id": token["open_id"]}
    for _ in range(24):
        await tiktok.get(f"{PREFIX}/get/", params=asked, headers={"Access-Token": token["access_token"]})
    await tiktok.get(f"{PREFIX}/video/list/", params=asked)
    rows = [row for row in (await page(tiktok)).rows if len(row) == 4 and row[1].startswith("/")]
    assert len(rows) == 20
    assert rows[0][1:] == [f"{PREFIX}/video/list/", COFFEE, "40104"]
    assert rows[1][1:] == [f"{PREFIX}/get/", COFFEE, "0"]
    assert re.fullmatch(r"2026-03-10 09:30:0\d UTC", rows[0][0])
    older = [row for row in (await page(tiktok, requests=20)).rows if len(row) == 4 and row[1].startswith("/")]
    assert len(older) == 6
    assert older[-1][1:] == ["/open_api/v1.3/tt_user/oauth2/token/", COFFEE, "0"]


async def test_every_field_has_a_label_and_nothing_comes_from_elsewhere(tiktok: httpx.AsyncClient) -> None:
    reply = await tiktok.get("/", params={"account": COFFEE})
    shown = Elements(reply.text)
    assert not [value for name in ("src", "href") for value in shown.attributes(name) if "//" in value]
    labelled = len(re.findall(r"<label[^>]*><span>[^<]+</span>\s*<(?:input|select)", reply.text))
    fields = [attributes for tag, attributes in shown.found if tag in ("input", "select")]
    assert labelled == sum(attributes.get("type") != "hidden" for attributes in fields)


async def test_the_clock_can_be_moved_only_where_it_is_a_file(
    tiktok: httpx.AsyncClient, settings: SandboxSettings
) -> None:
    assert "POST /_sandbox/clock" in (await page(tiktok)).attributes("data-send")
    assert (await tiktok.get("/", params={"accounts": "x"})).status_code == 422
