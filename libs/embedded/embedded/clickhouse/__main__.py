"""`python -m embedded.clickhouse --data DIR --port P`."""

import sys

from embedded.clickhouse import server
from embedded.errors import EmbeddedError

if __name__ == "__main__":
    try:
        server.main()
    except EmbeddedError as error:
        sys.exit(str(error))
