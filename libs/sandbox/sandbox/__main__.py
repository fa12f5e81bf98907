"""`python -m sandbox` serves the local TikTok as a part of a system, `python -m sandbox alone` by itself."""

import sys

from common.runtime.process import run
from sandbox.bootstrap import serve, serve_alone

if __name__ == "__main__":
    run(serve_alone if sys.argv[1:] == ["alone"] else serve)
