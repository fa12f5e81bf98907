"""`python -m embedded.mongo --data DIR --port P`."""

import sys

from embedded.errors import EmbeddedError
from embedded.mongo import server

if __name__ == "__main__":
    try:
        server.main()
    except EmbeddedError as error:
        sys.exit(str(error))
