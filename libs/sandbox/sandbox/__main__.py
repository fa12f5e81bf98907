"""`python -m sandbox` serves the local TikTok."""

from common.runtime.process import run
from sandbox.bootstrap import serve

if __name__ == "__main__":
    run(serve)
