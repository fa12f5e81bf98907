"""The wiring: the only place that picks implementations. Serving and the commands each bring their own libraries."""

import sys
from collections.abc import Callable, Sequence
from functools import partial

from pydantic import ValidationError

from metrics_aggregator.bootstrap.statuses import FAILED
from metrics_aggregator.entrypoints import command_line
from metrics_aggregator.rollups import ROLLUPS
from metrics_aggregator.settings import fault


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit status."""
    command = command_line.parse(arguments, rollups=tuple(ROLLUPS))
    work = _serving() if command is None else _commanding(command)
    try:
        return work()
    except ValidationError as error:
        sys.stderr.write(f"metrics-aggregator cannot start: {fault(error)}\n")
    return FAILED


def _serving() -> Callable[[], int]:
    # Faust takes seconds to import; a command does without.
    from metrics_aggregator.bootstrap.serving import serve  # noqa: PLC0415

    return serve


def _commanding(command: command_line.Command) -> Callable[[], int]:
    from metrics_aggregator.bootstrap.commanding import run_command  # noqa: PLC0415

    return partial(run_command, command)
