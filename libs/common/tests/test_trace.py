"""Trace contexts: one trace for one piece of work, another span for each that is told of it."""

import asyncio

import pytest

from common.events import trace

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def trace_id(text: str) -> str:
    return text.split("-")[1]


def test_a_child_is_another_span_of_the_same_trace() -> None:
    child = trace.child(PARENT)
    assert trace_id(child) == trace_id(PARENT)
    assert child != PARENT
    assert trace.given([("traceparent", child.encode())]) == child


async def test_what_a_task_sends_is_one_trace_and_another_task_has_its_own() -> None:
    async def work() -> list[str]:
        trace.begin()
        before = trace.current()
        await asyncio.sleep(0)
        return [before, await asyncio.create_task(asyncio.to_thread(trace.current))]

    first, second = await asyncio.gather(asyncio.create_task(work()), asyncio.create_task(work()))
    assert len({trace_id(one) for one in first}) == len({trace_id(one) for one in second}) == 1
    assert trace_id(first[0]) != trace_id(second[0])
    assert first[0] != first[1]


def test_without_begun_work_each_is_a_trace_of_its_own() -> None:
    assert trace_id(trace.current()) != trace_id(trace.current())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe",
        b"00-a-b-01",
        PARENT.upper().encode(),
        b"01" + PARENT[2:].encode(),
        b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01",
        PARENT.encode() + b"\n",
    ],
)
def test_what_is_no_traceparent_is_none(text: bytes) -> None:
    assert trace.given([("traceparent", text)]) is None


def test_the_first_of_two_counts_and_none_is_none() -> None:
    assert trace.given([("traceparent", PARENT.encode()), ("traceparent", b"")]) == PARENT
    assert trace.given([("ce_id", b"1")]) is None
