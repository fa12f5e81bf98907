"""`python -m query_api.openapi`: writes the API's description, for contracts/openapi/query-api.json."""

import json
import sys

from query_api.entrypoints.app import described_app


def description() -> str:
    return json.dumps(described_app().openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(description())
