"""`python -m auth_service`: serve, or run one of its commands."""

import sys

from auth_service.bootstrap import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
