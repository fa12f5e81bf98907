"""`python -m ingestor`: collect until told to stop."""

from common.runtime.process import run
from ingestor.bootstrap import main

if __name__ == "__main__":
    run(main)
