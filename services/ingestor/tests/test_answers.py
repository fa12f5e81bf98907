import pytest

from ingestor.domain.answers import Answer, Answered, Refused, Verdict, from_envelope

from .fakes import START, refusal


def _answer(envelope: object, http_status: int = 200) -> Answer:
    return from_envelope(envelope, http_status=http_status, path="/business/get/", observed_at=START)


@pytest.mark.parametrize("http_status", [200, 404, 500])
def test_the_code_of_the_envelope_outranks_the_http_status(http_status: int) -> None:
    good = _answer({"code": 0, "message": "OK", "data": {"username": "x"}}, http_status)
    assert isinstance(good, Answered)
    bad = _answer({"code": 40105, "message": "Access token is incorrect", "data": {}}, http_status)
    assert isinstance(bad, Refused)
    assert bad.verdict is Verdict.TOKEN


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (40102, Verdict.TOKEN),
        (40105, Verdict.TOKEN),
        (40100, Verdict.THROTTLED_MINUTE),
        (40016, Verdict.THROTTLED_MINUTE),
        (40132, Verdict.THROTTLED_MINUTE),
        (40133, Verdict.THROTTLED_MINUTE),
        (61000, Verdict.THROTTLED_MINUTE),
        (50000, Verdict.FAILED),
        (50002, Verdict.FAILED),
        (51010, Verdict.FAILED),
        (60001, Verdict.MAINTENANCE),
        (40001, Verdict.FORBIDDEN),
        (40130, Verdict.FORBIDDEN),
        (40000, Verdict.REJECTED),
        (40002, Verdict.REJECTED),
        (41002, Verdict.REJECTED),
        (99999, Verdict.FAILED),
    ],
)
def test_codes_ask_for_what_the_error_table_says(code: int, verdict: Verdict) -> None:
    refused = refusal(code)
    assert (refused.verdict, refused.code) == (verdict, str(code))


def test_the_limit_of_a_second_is_told_from_that_of_a_minute() -> None:
    assert refusal(40100, "App reaches the QPS limit.").verdict is Verdict.THROTTLED_SECOND
    assert refusal(40100, "Requests made too frequently").verdict is Verdict.THROTTLED_MINUTE


def test_the_reason_names_path_code_message_and_request_and_stays_short() -> None:
    reason = refusal(50000, "x" * 5000).reason
    assert reason.startswith("/business/get/: TikTok answered code 50000, xxx")
    assert "request_id r-1" in reason
    assert len(reason) < 500


@pytest.mark.parametrize(
    "envelope",
    [None, [], "OK", {}, {"code": "0", "data": {"a": 1}}, {"code": True, "data": {"a": 1}}, {"data": {"a": 1}}],
)
def test_what_is_no_envelope_is_a_failure_with_its_http_status(envelope: object) -> None:
    refused = _answer(envelope, 502)
    assert isinstance(refused, Refused)
    assert (refused.verdict, refused.code) == (Verdict.FAILED, "http_502")


@pytest.mark.parametrize("data", [{}, None, [], "x"])
def test_a_success_without_data_is_a_failure(data: object) -> None:
    refused = _answer({"code": 0, "message": "OK", "data": data})
    assert isinstance(refused, Refused)
    assert (refused.verdict, refused.code) == (Verdict.FAILED, "empty")
