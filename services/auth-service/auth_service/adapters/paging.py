"""All documents that match, some at a time, each once, also while they are changed."""

from collections.abc import AsyncIterator

from common.documents.store import Collection, Document

_AT_ONCE = 200


async def pages(collection: Collection, query: Document) -> AsyncIterator[Document]:
    """Every match by its `_id`; one that is changed meanwhile comes not again."""
    last: Document = {}
    while found := await collection.find({"$and": [query, last]}, sort=[("_id", 1)], limit=_AT_ONCE):
        for document in found:
            yield document
        last = {"_id": {"$gt": found[-1]["_id"]}}
