"""Files of figures as the programs that people open them with see them."""

import io
import json
import zipfile
from datetime import date, datetime
from hashlib import sha256

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .system import Tenant, march

RANGE = {"from_": "2026-03-01", "to": "2026-03-05"}
POST = "7451234567890123456"
CAPTION = '=1+1 żółć 🎉\r\nsecond line, "quoted"'


@pytest.fixture
def posted(tenant: Tenant) -> Tenant:
    """Two posts, one of which lacks figures."""
    account = tenant.connect()
    full = {"caption": CAPTION, "likes": 3, "video_views": 1_234_567, "full_video_watched_rate": 0.25}
    tenant.posts(
        account,
        [
            {"post_id": POST, "published_at": "2026-03-01 10:00:00", **full},
            {"post_id": "8", "published_at": "2026-03-02 11:30:15", "caption": None},
        ],
    )
    tenant.days(account, {march(1): {"video_views": 7}, march(2): {"video_views": None}})
    tenant.until_accounts(1)
    return tenant


def file(tenant: Tenant, slug: str, form: str, **more: object) -> bytes:
    answer = tenant.get(f"/v1/widgets/{slug}", **RANGE, format=form, **more)
    assert answer.status_code == 200, answer.text
    return answer.content


def columns(tenant: Tenant, slug: str) -> list[str]:
    return [column["name"] for column in tenant.widget(slug, **RANGE)["columns"]]


def test_a_workbook_has_dates_numbers_and_ids_as_what_they_are(posted: Tenant) -> None:
    book = openpyxl.load_workbook(io.BytesIO(file(posted, "post_explorer", "xlsx", sort="published_at")))
    assert book.sheetnames == ["Post Explorer", "About"]
    sheet = book["Post Explorer"]
    names = columns(posted, "post_explorer")
    first, second = ({name: row[place] for place, name in enumerate(names)} for row in sheet.iter_rows(min_row=2))
    assert (first["post_id"].value, first["post_id"].data_type) == (POST, "s")
    assert first["published_at"].value == datetime(2026, 3, 1, 10)
    assert first["published_at"].is_date
    assert (first["post_video_views"].value, first["post_video_views"].number_format) == (1_234_567, "#,##0")
    assert (first["caption"].value, first["caption"].data_type) == (CAPTION.replace("\r\n", "\n"), "s")
    assert (first["post_completion_rate"].value, first["post_completion_rate"].number_format) == (0.25, "0.0%")
    assert second["post_likes"].value is None, "null is not zero"
    heads = [cell.value for cell in sheet[1]]
    assert "TikTok Post Video Views" in heads
    assert sheet.freeze_panes == "A2"


def test_a_workbook_says_what_its_figures_rest_on(posted: Tenant) -> None:
    book = openpyxl.load_workbook(io.BytesIO(file(posted, "video_views", "xlsx")))
    said = [[cell for cell in row if cell is not None] for row in book["About"].iter_rows(values_only=True)]
    assert ["Accounts", "shop"] in said
    assert ["shop", "2026-03-02", "2026-03-05", "late", "video_views"] in said
    days = [row[0].value for row in book["Video Views"].iter_rows(min_row=2)]
    assert days == [datetime(2026, 3, day) for day in range(1, 5)]


def test_json_lines_are_objects_with_the_columns_names(posted: Tenant) -> None:
    lines = [json.loads(line) for line in file(posted, "post_explorer", "jsonl", sort="published_at").splitlines()]
    assert [line["post_id"] for line in lines] == [POST, "8"]
    assert lines[0]["caption"] == CAPTION, "what is no spreadsheet gets the text as it is"
    assert lines[0]["published_at"] == "2026-03-01T10:00:00Z"
    assert lines[1]["post_likes"] is None
    assert list(lines[0]) == columns(posted, "post_explorer")


def test_parquet_has_types(posted: Tenant) -> None:
    table = pq.read_table(io.BytesIO(file(posted, "post_explorer", "parquet", sort="published_at")))
    types = dict(zip(table.schema.names, table.schema.types, strict=True))
    assert types["post_id"] == pa.string()
    assert types["account_id"] == pa.string()
    assert types["post_video_views"] == pa.int64()
    assert types["post_completion_rate"] == pa.float64()
    assert pa.types.is_timestamp(types["published_at"])
    assert table["post_likes"].to_pylist() == [3, None]
    assert table["caption"].to_pylist()[0] == CAPTION
    daily = pq.read_table(io.BytesIO(file(posted, "video_views", "parquet")))
    assert daily.schema.field("day").type == pa.date32()
    assert daily["day"].to_pylist()[0] == date(2026, 3, 1)


def test_csv_for_excel_is_marked_and_keeps_the_digits_of_an_id(posted: Tenant) -> None:
    plain, excel = (file(posted, "post_explorer", form, sort="published_at") for form in ("csv", "csv_excel"))
    assert not plain.startswith(b"\xef\xbb\xbf")
    assert excel.startswith(b"\xef\xbb\xbf")
    assert f'"{POST}"'.encode() in plain
    assert f'"=""{POST}"""'.encode() in excel
    # Rows end with CRLF and nothing else does.
    assert plain.count(b"\r\n") == excel.count(b"\r\n") == 3


def test_a_manifest_says_enough_to_ask_for_the_same_bytes_again(posted: Tenant) -> None:
    for form, name in (("csv", "video_views_2026-03-01_2026-03-04.csv"), ("jsonl", None), ("xlsx", None)):
        archive = zipfile.ZipFile(io.BytesIO(file(posted, "video_views", form, manifest="true")))
        assert archive.testzip() is None
        said = json.loads(archive.read("manifest.json"))
        content = archive.read(said["file"])
        assert name in (None, said["file"])
        assert (said["sha256"], said["bytes"]) == (sha256(content).hexdigest(), len(content))
        assert said["rows"] == (None if form == "xlsx" else 4)
        assert said["columns"][1] | {"heading": ""} == {
            "name": "video_views",
            "heading": "",
            "type": "integer",
            "unit": "count",
            "role": "metric",
        }
        assert said["coverage"][0]["status"] == "late"
        assert said["metric_versions"] == {"video_views": 1}
        again = posted.client.post(
            f"{posted.url}{said['query']['path']}", json=said["query"]["body"], headers=posted.headers
        )
        assert sha256(again.content).hexdigest() == said["sha256"]
