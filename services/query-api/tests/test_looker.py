"""Looker Studio's connector over real figures: its own JSON in and out, and numbers that stay right when grouped."""

from uuid import UUID

import pytest

from common.events import KeyScope

from .looker import asked, data, filtered, only, rows, sent
from .system import Tenant, march, until

POST = "730000000000000000{}"


@pytest.fixture
def shop(tenant: Tenant) -> UUID:
    """An account with four days and three posts; views of the second post are not known."""
    account = tenant.connect(username="shop")
    tenant.until_accounts(1)
    tenant.days(
        account,
        {
            march(1): {"video_views": 10, "likes": 1, "comments": 1, "shares": 0, "followers": 100},
            march(2): {"video_views": 20, "likes": 2, "comments": 0, "shares": 1, "followers": 101},
            march(4): {"video_views": 5, "followers": 103},
        },
    )
    tenant.posts(
        account,
        [
            {
                "post_id": POST.format(1),
                "published_at": "2026-03-01 22:30:00",
                "caption": "=SUM(A1) spring",
                "video_views": 100,
                "likes": 10,
                "comments": 5,
                "shares": 5,
            },
            {"post_id": POST.format(2), "published_at": "2026-03-02 09:00:00", "caption": "Sale", "likes": 4},
            {
                "post_id": POST.format(3),
                "published_at": "2026-03-02 10:00:00",
                "format": "photo",
                "caption": "Größe",
                "video_views": 300,
                "likes": 30,
                "comments": 0,
                "shares": 0,
            },
        ],
    )
    return account


class TestSettingUp:
    def test_a_good_key_is_told_how_many_accounts_it_may_read(self, tenant: Tenant, shop: UUID) -> None:
        assert asked(tenant, "auth", {}) == {"valid": True, "accounts": 1}

    def test_a_key_that_is_none_is_refused(self, tenant: Tenant) -> None:
        answer = tenant.client.post(
            f"{tenant.url}/looker/v1/auth", json={}, headers={"Authorization": "Bearer toa_no_no"}
        )
        assert answer.status_code == 401

    def test_the_first_step_is_the_hub_and_asks_for_another(self, tenant: Tenant) -> None:
        step = asked(tenant, "config", {"languageCode": "it"})
        (hub,) = (parameter for parameter in step["configParams"] if parameter["name"] == "hub")
        assert [option["label"] for option in hub["options"]] == ["User Account", "Sample Account"]
        assert step["isSteppedConfig"] is True
        assert hub["isDynamic"] is True

    def test_the_second_step_is_accounts_and_table(self, tenant: Tenant, shop: UUID) -> None:
        step = asked(tenant, "config", {"configParams": {"hub": "user"}})
        by_name = {parameter["name"]: parameter for parameter in step["configParams"]}
        assert by_name["account_ids"]["options"] == [{"label": "@shop", "value": str(shop)}]
        assert {option["value"] for option in by_name["table"]["options"]} >= {"account_days", "posts", "audience"}
        assert step["isSteppedConfig"] is False
        assert step["dateRangeRequired"] is True

    def test_a_key_without_accounts_is_told_what_to_do(self, tenant: Tenant) -> None:
        tenant.until_accounts(0)
        step = asked(tenant, "config", {"configParams": {"hub": "user"}})
        assert "connect one" in step["configParams"][-1]["text"]

    @pytest.mark.parametrize("table", ["account_days", "posts", "post_growth", "audience", "traffic"])
    def test_every_table_describes_fields_that_can_be_asked_for_alone(
        self, tenant: Tenant, shop: UUID, table: str
    ) -> None:
        schema = asked(tenant, "schema", {"configParams": {"hub": "user", "table": table}})["schema"]
        names = [field["name"] for field in schema]
        assert len(set(names)) == len(names)
        for field in schema:
            answer = sent(tenant, field["name"], table=table)
            # Figures of people and items of a breakdown are refused alone, with the reason.
            told = answer.text if answer.status_code == 422 else ""
            assert answer.status_code == 200 or "twice" in told or "items" in told, answer.text

    def test_a_ratio_is_a_formula_over_hidden_parts_that_add_up(self, tenant: Tenant) -> None:
        schema = asked(tenant, "schema", {"configParams": {"hub": "user", "table": "posts"}})["schema"]
        by_name = {field["name"]: field for field in schema}
        ratio = by_name["engagement_rate_by_views"]
        assert ratio["formula"] == "SUM(engagement_rate_by_views__upper)/SUM(engagement_rate_by_views__lower)"
        assert ratio["semantics"]["isReaggregatable"] is False
        part = by_name["engagement_rate_by_views__upper"]
        assert (part["isHidden"], part["defaultAggregationType"]) == (True, "SUM")

    def test_people_are_never_added_up(self, tenant: Tenant) -> None:
        schema = asked(tenant, "schema", {"configParams": {"hub": "user", "table": "account_days"}})["schema"]
        by_name = {
            field["name"]: field["semantics"]["isReaggregatable"]
            for field in schema
            if field["name"] != "day" and field["semantics"]["conceptType"] == "METRIC"
        }
        assert by_name["video_views"] is True
        assert by_name["followers"] is False
        assert by_name["reached_audience"] is False


class TestRows:
    def test_columns_follow_the_request(self, tenant: Tenant, shop: UUID) -> None:
        assert rows(tenant, "video_views", "day", "account_name") == [
            [10, "20260301", "@shop"],
            [20, "20260302", "@shop"],
            [5, "20260304", "@shop"],
        ]

    def test_a_range_includes_both_its_days(self, tenant: Tenant, shop: UUID) -> None:
        day = {"startDate": "2026-03-02", "endDate": "2026-03-02"}
        assert rows(tenant, "video_views", dateRange=day) == [[20]]

    def test_an_unknown_value_is_null_and_not_zero(self, tenant: Tenant, shop: UUID) -> None:
        found = rows(tenant, "day", "applause")
        assert ["20260304", None] in found

    def test_a_state_is_the_last_one_of_what_is_grouped(self, tenant: Tenant, shop: UUID) -> None:
        assert rows(tenant, "month", "followers") == [["202603", 103]]

    def test_a_ratio_stays_right_however_it_is_grouped(self, tenant: Tenant, shop: UUID) -> None:
        parts = ("engagement_rate_by_views__upper", "engagement_rate_by_views__lower")
        by_post = rows(tenant, "post_id", *parts, table="posts")
        (whole,) = rows(tenant, *parts, table="posts")
        # The post whose views are not known counts on neither side.
        assert whole == [50, 400]
        assert [sum(int(str(row[place])) for row in by_post if row[place] is not None) for place in (1, 2)] == whole

    def test_times_of_publishing_are_the_workspaces(self, tenant: Tenant, shop: UUID) -> None:
        tenant.publish_members(revision=2)
        found = rows(tenant, "published_at", "hour", "weekday", "post_id", table="posts")
        assert ["20260301223000", "22", "0", POST.format(1)] in found

    def test_what_belongs_to_one_post_is_told_by_post(self, tenant: Tenant, shop: UUID) -> None:
        found = rows(tenant, "caption", "post_likes", table="posts")
        assert sorted(map(str, found)) == sorted(map(str, [["=SUM(A1) spring", 10], ["Sale", 4], ["Größe", 30]]))

    def test_only_the_accounts_chosen(self, tenant: Tenant, shop: UUID) -> None:
        other = tenant.connect(username="other")
        tenant.until_accounts(2)
        tenant.days(other, {march(1): {"video_views": 1000}})
        assert sorted(rows(tenant, "account_name", "video_views")) == [["@other", 1000], ["@shop", 35]]
        chosen = {"hub": "user", "table": "account_days", "account_ids": str(shop)}
        assert rows(tenant, "account_name", "video_views", configParams=chosen) == [["@shop", 35]]

    def test_types_are_told_without_a_look_at_figures(self, tenant: Tenant, shop: UUID) -> None:
        found = rows(tenant, "day", "video_views", scriptParams={"sampleExtraction": True})
        assert found == [["20260101", 1], ["20260102", 2], ["20260103", 3]]


class TestFilters:
    @pytest.mark.parametrize(
        ("condition", "days"),
        [
            (only("day", "EQUALS", "20260302"), ["20260302"]),
            (only("day", "EQUALS", "20260302", type_="EXCLUDE"), ["20260301", "20260303", "20260304"]),
            (only("day", "IN_LIST", "20260301", "20260304"), ["20260301", "20260304"]),
            (only("day", "CONTAINS", "0304"), ["20260304"]),
            (only("day", "REGEXP_PARTIAL_MATCH", "030[12]$"), ["20260301", "20260302"]),
            (only("day", "REGEXP_EXACT_MATCH", "20260301|3"), ["20260301"]),
            (only("day", "IS_NULL"), []),
            (only("day", "IS_NULL", type_="EXCLUDE"), ["20260301", "20260302", "20260303", "20260304"]),
            (only("day", "BETWEEN", "20260302", "20260304"), ["20260302", "20260303", "20260304"]),
            (only("day", "NUMERIC_GREATER_THAN", "20260302"), ["20260303", "20260304"]),
            (only("day", "NUMERIC_GREATER_THAN_OR_EQUAL", "20260302"), ["20260302", "20260303", "20260304"]),
            (only("day", "NUMERIC_LESS_THAN", "20260302"), ["20260301"]),
            (only("day", "NUMERIC_LESS_THAN_OR_EQUAL", "20260302"), ["20260301", "20260302"]),
        ],
    )
    def test_every_operator(self, tenant: Tenant, shop: UUID, condition: dict[str, object], days: list[str]) -> None:
        answer = data(tenant, "day", "video_views", dimensionsFilters=filtered([condition]))
        assert answer["filtersApplied"] is True
        assert [row["values"][0] for row in answer["rows"]] == days

    def test_the_outer_list_is_and_the_inner_or(self, tenant: Tenant, shop: UUID) -> None:
        either = [only("day", "EQUALS", "20260301"), only("day", "EQUALS", "20260302")]
        assert rows(
            tenant, "day", "video_views", dimensionsFilters=filtered(either, [only("day", "CONTAINS", "02")])
        ) == [
            ["20260301", 10],
            ["20260302", 20],
        ]
        assert rows(
            tenant, "day", "video_views", dimensionsFilters=filtered(either, [only("day", "CONTAINS", "0302")])
        ) == [["20260302", 20]]

    def test_a_field_that_is_only_filtered_by_is_left_out(self, tenant: Tenant, shop: UUID) -> None:
        fields = [{"name": "post_likes"}, {"name": "format", "forFilterOnly": True}]
        answer = data(
            tenant, table="posts", fields=fields, dimensionsFilters=filtered([only("format", "IN_LIST", "photo")])
        )
        assert answer["filtersApplied"] is True
        assert answer["schema"] == [{"name": "post_likes", "dataType": "NUMBER"}]
        assert answer["rows"] == [{"values": [30]}]

    def test_all_filters_are_applied_or_none(self, tenant: Tenant, shop: UUID) -> None:
        fields = [{"name": "format"}, {"name": "post_likes"}, {"name": "caption", "forFilterOnly": True}]
        both = filtered([only("format", "EQUALS", "photo")], [only("caption", "CONTAINS", "Gr")])
        answer = data(tenant, table="posts", fields=fields, dimensionsFilters=both)
        assert answer["filtersApplied"] is False
        assert [column["name"] for column in answer["schema"]] == ["format", "post_likes", "caption"]
        assert len(answer["rows"]) == 3

    def test_an_operator_nobody_knows_is_left_to_looker_studio(self, tenant: Tenant, shop: UUID) -> None:
        answer = data(tenant, "day", "video_views", dimensionsFilters=filtered([only("day", "SOUNDS_LIKE", "x")]))
        assert answer["filtersApplied"] is False
        assert len(answer["rows"]) == 4

    def test_a_value_is_never_part_of_the_question(self, tenant: Tenant, shop: UUID) -> None:
        evil = "20260301') OR 1=1 --"
        assert rows(tenant, "day", "video_views", dimensionsFilters=filtered([only("day", "EQUALS", evil)])) == []


class TestRefusing:
    def test_a_field_that_the_table_does_not_have(self, tenant: Tenant, shop: UUID) -> None:
        body = {"configParams": {"hub": "user", "table": "account_days"}, "fields": [{"name": "caption"}]}
        answer = tenant.client.post(f"{tenant.url}/looker/v1/data", json=body, headers=tenant.headers)
        assert answer.status_code == 422
        assert "caption" in answer.json()["detail"]

    def test_people_of_several_days_say_why(self, tenant: Tenant, shop: UUID) -> None:
        body = {"configParams": {"hub": "user"}, "fields": [{"name": "month"}, {"name": "reached_audience"}]}
        answer = tenant.client.post(f"{tenant.url}/looker/v1/data", json=body, headers=tenant.headers)
        assert answer.status_code == 422
        assert "twice" in answer.json()["detail"]

    def test_a_key_that_may_not_read(self, tenant: Tenant, shop: UUID) -> None:
        tenant.publish_key(scopes=(KeyScope.EXPORT,), revision=2)
        until(
            lambda: (
                tenant.client.post(f"{tenant.url}/looker/v1/auth", json={}, headers=tenant.headers).status_code == 403
            )
        )
