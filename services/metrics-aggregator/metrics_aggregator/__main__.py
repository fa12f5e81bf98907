"""`python -m metrics_aggregator`: run the aggregator until SIGTERM."""

from common.runtime.process import run
from metrics_aggregator.bootstrap import main

if __name__ == "__main__":
    run(main)
