"""What our services rely on in MongoDB: on the embedded server, and on a real one when TOA_TEST_MONGO_URL names it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from bson import Binary, Decimal128, Int64, ObjectId
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, DESCENDING, AsyncMongoClient, MongoClient, ReturnDocument, UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

# Both drivers have the same asynchronous interface and no common type.
Collection = Any

CLIENTS: dict[str, Any] = {"pymongo": AsyncMongoClient, "motor": AsyncIOMotorClient}


@pytest.fixture(params=list(CLIENTS))
async def posts(request: pytest.FixtureRequest, mongo_url: str) -> AsyncIterator[Collection]:
    """An empty collection of a database of its own, through each driver."""
    client = CLIENTS[request.param](mongo_url, tz_aware=True)
    database = f"contract_{uuid4().hex}"
    yield client[database].posts
    await client.drop_database(database)
    closing = client.close()
    if closing is not None:
        await closing


async def all_of(work: Callable[[int], Awaitable[Any]], count: int) -> list[Any]:
    """`work(0) … work(count - 1)`, at the same time."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_awaited(work(number))) for number in range(count)]
    return [task.result() for task in running]


async def _awaited(work: Awaitable[Any]) -> Any:
    return await work


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(120):
        while not await condition():
            await asyncio.sleep(0.01)


async def test_concurrent_increments_all_count(posts: Collection) -> None:
    await posts.insert_one({"_id": "post", "views": 0})
    results = await all_of(lambda _: posts.update_one({"_id": "post"}, {"$inc": {"views": 1}}), 400)
    assert sum(result.modified_count for result in results) == 400
    assert (await posts.find_one({"_id": "post"}))["views"] == 400


async def test_compare_and_set_lets_one_win_each_version(posts: Collection) -> None:
    await posts.insert_one({"_id": "bucket", "version": 0})

    async def attempt(number: int) -> int:
        seen = number // 10  # ten attempts at each of twenty versions, in order
        await eventually(lambda: _version_is_at_least(posts, seen))
        changed = await posts.update_one({"_id": "bucket", "version": seen}, {"$set": {"version": seen + 1}})
        return int(changed.modified_count)

    assert sum(await all_of(attempt, 200)) == 20
    assert (await posts.find_one({"_id": "bucket"}))["version"] == 20


async def _version_is_at_least(posts: Collection, version: int) -> bool:
    return bool((await posts.find_one({"_id": "bucket"}))["version"] >= version)


async def test_every_job_is_claimed_by_one_worker(posts: Collection) -> None:
    await posts.insert_many([{"_id": number, "state": "due"} for number in range(100)])

    async def work(worker: int) -> list[int]:
        claimed = []
        while job := await posts.find_one_and_update(
            {"state": "due"},
            {"$set": {"state": "claimed", "worker": worker}},
            sort=[("_id", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        ):
            assert job["worker"] == worker
            claimed.append(job["_id"])
        return claimed

    claims = Counter(number for worker in await all_of(work, 10) for number in worker)
    assert claims == dict.fromkeys(range(100), 1)


async def test_a_returned_document_carries_its_own_write_and_no_later_one(posts: Collection) -> None:
    await posts.insert_one({"_id": "post", "views": 0})
    returned = await all_of(
        lambda _: posts.find_one_and_update(
            {"_id": "post"}, {"$inc": {"views": 1}}, return_document=ReturnDocument.AFTER
        ),
        800,
    )
    assert sorted(document["views"] for document in returned) == list(range(1, 801))


async def test_a_read_never_sees_half_an_update(posts: Collection) -> None:
    # What lies between the two fields makes the answer slow to write.
    await posts.insert_one({"_id": "post", "first": 0, "between": list(range(3_000)), "last": 0})

    async def write_or_read(number: int) -> bool:
        if number % 4:
            await posts.update_one({"_id": "post"}, {"$set": {"first": number, "last": number}})
            return True
        seen = await posts.find_one({"_id": "post"})
        return bool(seen["first"] == seen["last"])

    assert all(await all_of(write_or_read, 200))


async def test_racing_upserts_make_one_document(posts: Collection) -> None:
    change = {"$inc": {"count": 1}, "$setOnInsert": {"first": True}}
    results = await all_of(lambda _: posts.update_one({"_id": "once"}, change, upsert=True), 50)
    assert sum(result.upserted_id is not None for result in results) == 1
    assert await posts.find_one() == {"_id": "once", "count": 50, "first": True}


async def test_a_unique_index_lets_one_of_many_in(posts: Collection) -> None:
    await posts.create_index([("email", ASCENDING)], unique=True)

    async def insert(number: int) -> int | None:
        try:
            await posts.insert_one({"_id": number, "email": "one@example.org"})
        except DuplicateKeyError as error:
            return error.code
        return None

    assert Counter(await all_of(insert, 50)) == {None: 1, 11000: 49}
    assert await posts.count_documents({}) == 1


async def test_a_unique_index_also_guards_updates(posts: Collection) -> None:
    await posts.create_index("email", unique=True)
    await posts.insert_many([{"_id": 1, "email": "a"}, {"_id": 2, "email": "b"}])
    with pytest.raises(DuplicateKeyError):
        await posts.update_one({"_id": 2}, {"$set": {"email": "a"}})
    assert (await posts.find_one({"_id": 2}))["email"] == "b"


async def test_a_compound_unique_index_compares_all_its_fields(posts: Collection) -> None:
    await posts.create_index([("channel", ASCENDING), ("post_id", ASCENDING)], unique=True)
    await posts.insert_many([{"channel": "tiktok", "post_id": "1"}, {"channel": "tiktok", "post_id": "2"}])
    await posts.insert_one({"channel": "other", "post_id": "1"})
    with pytest.raises(DuplicateKeyError):
        await posts.insert_one({"channel": "tiktok", "post_id": "1"})


async def test_a_partial_index_hides_nothing(posts: Collection) -> None:
    await posts.create_index([("due", ASCENDING)], name="due_jobs", partialFilterExpression={"state": "due"})
    await posts.insert_many([{"_id": 1, "state": "due", "due": 5}, {"_id": 2, "state": "done", "due": 5}])
    assert await _ids(posts.find({"due": 5}).sort("_id")) == [1, 2]
    assert await _ids(posts.find({"due": {"$lte": 5}, "state": "due"})) == [1]
    assert "due_jobs" in await posts.index_information()


async def test_an_index_is_made_once_however_often_it_is_asked_for(posts: Collection) -> None:
    for _ in range(2):
        await posts.create_index([("a", ASCENDING), ("b", DESCENDING)], unique=True)
    assert set(await posts.index_information()) == {"_id_", "a_1_b_-1"}


async def test_an_outbox_inside_a_document(posts: Collection) -> None:
    """One atomic update changes the state and adds the event; the relay marks it, then takes it out."""
    await posts.insert_one({"_id": "account", "revision": 1, "outbox": []})
    for number in range(3):
        event = {"id": f"e{number}", "sent": False, "tries": 0}
        await posts.update_one({"_id": "account"}, {"$inc": {"revision": 1}, "$push": {"outbox": event}})
    await posts.update_one({"_id": "account", "outbox.id": "e1"}, {"$set": {"outbox.$.sent": True}})
    await posts.update_one(
        {"_id": "account"}, {"$inc": {"outbox.$[event].tries": 1}}, array_filters=[{"event.sent": False}]
    )
    after = await posts.find_one_and_update(
        {"_id": "account"}, {"$pull": {"outbox": {"sent": True}}}, return_document=ReturnDocument.AFTER
    )
    assert after["revision"] == 4
    assert after["outbox"] == [{"id": "e0", "sent": False, "tries": 1}, {"id": "e2", "sent": False, "tries": 1}]
    assert await _ids(posts.find({"outbox.0": {"$exists": True}})) == ["account"]
    assert await _ids(posts.find({"outbox": {"$elemMatch": {"id": "e0", "tries": {"$gte": 2}}}})) == []


async def test_concurrent_pushes_and_pulls_lose_no_event(posts: Collection) -> None:
    await posts.insert_one({"_id": "account", "outbox": []})
    await all_of(lambda number: posts.update_one({"_id": "account"}, {"$push": {"outbox": {"id": number}}}), 100)
    await all_of(lambda number: posts.update_one({"_id": "account"}, {"$pull": {"outbox": {"id": number}}}), 60)
    left = await posts.find_one({"_id": "account"})
    assert sorted(event["id"] for event in left["outbox"]) == list(range(60, 100))


async def test_an_array_can_be_kept_short_and_a_set(posts: Collection) -> None:
    await posts.insert_one({"_id": 1, "log": [1, 2, 3], "scopes": ["a"]})
    await posts.update_one({"_id": 1}, {"$push": {"log": {"$each": [4, 5], "$slice": -3}}})
    await posts.update_one({"_id": 1}, {"$addToSet": {"scopes": {"$each": ["a", "b"]}}})
    assert await posts.find_one() == {"_id": 1, "log": [3, 4, 5], "scopes": ["a", "b"]}


async def test_sort_skip_limit_and_projection(posts: Collection) -> None:
    await posts.insert_many(
        [{"_id": number, "group": number % 2, "stats": {"views": number * 10}, "other": "x"} for number in range(6)]
    )
    found = posts.find({"group": 1}, {"stats.views": 1, "_id": 0}).sort([("stats.views", DESCENDING)]).skip(1).limit(1)
    assert await found.to_list() == [{"stats": {"views": 30}}]
    assert await _ids(posts.find({}, {"other": 0}).sort([("group", DESCENDING), ("_id", ASCENDING)])) == [
        *(1, 3, 5),
        *(0, 2, 4),
    ]


async def test_missing_and_null_sort_before_values(posts: Collection) -> None:
    await posts.insert_many([{"_id": 1, "at": 5}, {"_id": 2, "at": None}, {"_id": 3}, {"_id": 4, "at": 1}])
    assert await _ids(posts.find().sort([("at", ASCENDING), ("_id", ASCENDING)])) == [2, 3, 4, 1]
    assert await _ids(posts.find({"at": None}).sort("_id")) == [2, 3]


async def test_a_cursor_reads_on_over_many_batches(posts: Collection) -> None:
    await posts.insert_many([{"_id": number} for number in range(2_500)])
    assert await _ids(posts.find().sort("_id").batch_size(100)) == list(range(2_500))


async def test_a_cursor_may_be_left_early_and_others_write_meanwhile(posts: Collection) -> None:
    await posts.insert_many([{"_id": number, "n": 0} for number in range(300)])
    cursor = posts.find().sort("_id").batch_size(50)
    seen = [(await cursor.next())["_id"] for _ in range(60)]
    await posts.update_many({}, {"$set": {"n": 1}})
    seen += [(await cursor.next())["_id"] for _ in range(60)]
    await cursor.close()
    assert seen == list(range(120))
    assert await posts.count_documents({"n": 1}) == 300


async def test_an_unacknowledged_write_happens_and_disturbs_no_reply(mongo_url: str, posts: Collection) -> None:
    async with AsyncMongoClient[dict[str, Any]](mongo_url, maxPoolSize=1) as one_connection:
        same = one_connection[posts.database.name].posts
        careless = same.with_options(write_concern=WriteConcern(w=0))
        for number in range(20):
            result = await careless.update_one({"_id": 1}, {"$inc": {"n": 1}}, upsert=True)
            assert not result.acknowledged
            assert await same.count_documents({"_id": "nobody"}) == 0, number
        await eventually(lambda: _n_is(posts, 20))


async def _n_is(posts: Collection, wanted: int) -> bool:
    found = await posts.find_one({"_id": 1})
    return found is not None and found["n"] == wanted


async def test_a_bulk_write_says_what_failed_and_keeps_the_rest(posts: Collection) -> None:
    with pytest.raises(BulkWriteError) as failed:
        await posts.insert_many([{"_id": 1}, {"_id": 1}, {"_id": 2}], ordered=False)
    assert [(error["index"], error["code"]) for error in failed.value.details["writeErrors"]] == [(1, 11000)]
    result = await posts.bulk_write([UpdateOne({"_id": n}, {"$set": {"n": n}}, upsert=True) for n in range(1, 1_201)])
    assert (result.matched_count, result.upserted_count) == (2, 1_198)
    assert await posts.count_documents({"n": {"$gt": 0}}) == 1_200


async def test_errors_of_the_server_reach_the_client_with_their_code(posts: Collection) -> None:
    with pytest.raises(OperationFailure) as unknown:
        await posts.database.command("noSuchCommandOfOurs")
    assert unknown.value.code == 59
    await posts.insert_one({"_id": 1, "text": "x"})
    with pytest.raises(OperationFailure, match="text"):
        await posts.update_one({"_id": 1}, {"$inc": {"text": 1}})
    assert await posts.find_one() == {"_id": 1, "text": "x"}


async def test_values_come_back_as_they_were(posts: Collection) -> None:
    document = {
        "_id": ObjectId(),
        "big": Int64(2**60),
        "small": -1,
        "rate": 0.1,
        "money": Decimal128("1.10"),
        "at": datetime(2026, 3, 1, 12, 30, 15, 123_000, tzinfo=UTC),
        "key": b"\x00\xff",
        "id": Binary.from_uuid(uuid4()),
        "none": None,
        "empty": [],
        "text": "Grüße, 世界, 🎬",
        "deep": {"list": [{"a": [1, [2]]}]},
    }
    await posts.insert_one(document)
    assert await posts.find_one({"at": document["at"], "id": document["id"]}) == document


async def test_aggregation_groups_and_counts(posts: Collection) -> None:
    await posts.insert_many([{"account": number % 3, "views": number} for number in range(9)])
    pipeline = [
        {"$match": {"views": {"$gte": 3}}},
        {"$group": {"_id": "$account", "views": {"$sum": "$views"}, "posts": {"$sum": 1}}},
        {"$sort": {"_id": 1}},
    ]
    cursor = posts.aggregate(pipeline)
    found = await (cursor if hasattr(cursor, "to_list") else await cursor).to_list(None)
    assert found == [{"_id": n, "views": 2 * n + 9, "posts": 2} for n in range(3)]
    assert sorted(await posts.distinct("account")) == [0, 1, 2]


async def test_deletes_tell_how_many(posts: Collection) -> None:
    await posts.insert_many([{"_id": number, "expires": number} for number in range(10)])
    assert (await posts.delete_many({"expires": {"$lt": 4}})).deleted_count == 4
    assert (await posts.delete_one({"_id": 0})).deleted_count == 0
    assert (await posts.find_one_and_delete({}, sort=[("_id", DESCENDING)]))["_id"] == 9


async def test_the_server_introduces_itself(posts: Collection) -> None:
    said = await posts.database.client.admin.command("hello")
    assert said["isWritablePrimary"] is True
    assert said["maxWireVersion"] >= 13
    assert "topologyVersion" not in said or said["topologyVersion"]


def test_the_synchronous_driver_works_too(mongo_url: str) -> None:
    with MongoClient[dict[str, Any]](mongo_url) as client:
        posts = client[f"contract_{uuid4().hex}"].posts
        posts.insert_many([{"_id": number} for number in range(1_500)])
        assert [found["_id"] for found in posts.find().sort("_id")] == list(range(1_500))
        client.drop_database(posts.database.name)


async def _ids(cursor: Any) -> list[Any]:
    return [document["_id"] for document in await cursor.to_list(None)]
