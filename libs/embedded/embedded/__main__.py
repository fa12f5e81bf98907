"""`python -m embedded setup | run | start | stop | status | clock`: the laptop system as a whole."""

import argparse
import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from embedded import commands
from embedded.cache import REPOSITORY
from embedded.errors import EmbeddedError
from embedded.home import Home
from embedded.system import Options


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m embedded", description=__doc__)
    parser.add_argument("--data", type=Path, default=REPOSITORY / ".data", help="folder of data, logs and state")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, (_, text) in commands.COMMANDS.items():
        _add_options(verbs.add_parser(verb, help=text))
    clock = verbs.add_parser("clock", help="show the domain clock, or move it forward")
    clock.add_argument("--jump-hours", type=float, default=0.0)
    clock.add_argument("--rate", type=float, default=None)
    arguments = parser.parse_args()
    home = Home(arguments.data.resolve())
    try:
        if arguments.verb == "clock":
            commands.move_clock(home, by=timedelta(hours=arguments.jump_hours), rate=arguments.rate)
        else:
            action, _ = commands.COMMANDS[arguments.verb]
            options = Options(usual_ports=not arguments.free_ports, now=arguments.now, accounts=arguments.accounts)
            asyncio.run(action(home, options))
    except EmbeddedError as error:
        sys.exit(f"error: {error}")


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--free-ports", action="store_true", help="take any free ports, not the usual ones")
    parser.add_argument("--now", type=datetime.fromisoformat, help="where a new domain clock starts (ISO 8601)")
    parser.add_argument("--accounts", type=int, help="how many of the sandbox's accounts to connect")


if __name__ == "__main__":
    main()
