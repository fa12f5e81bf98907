"""`python -m metrics_aggregator`: run the aggregator until SIGTERM, or one of its commands."""

import sys

from metrics_aggregator.bootstrap import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
