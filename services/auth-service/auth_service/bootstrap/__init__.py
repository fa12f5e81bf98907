"""The wiring: the only place that picks implementations, a module for each part of the service."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from functools import partial

from auth_service.adapters.relay import SERVICE
from auth_service.bootstrap.commands import create_workspace
from auth_service.bootstrap.key_rings import rotate_keys
from auth_service.bootstrap.serving import parts, serve
from auth_service.bootstrap.session_keys import rotate_session_key
from auth_service.bootstrap.stores import Stores, stores
from auth_service.entrypoints import command_line
from auth_service.settings import AuthSettings, KeySettings, StoreSettings, fault
from common.runtime import process
from common.runtime.logs import configure_logs

__all__ = ["Stores", "parts", "run", "serve", "stores"]


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit code."""
    command = command_line.parse(arguments)
    work: Callable[[], int]
    try:
        work = _work(command)
    except ValueError as error:
        sys.stderr.write(f"auth-service cannot start: {fault(error)}\n")
        return 2
    return work()


def _work(command: command_line.Command | None) -> Callable[[], int]:
    match command:
        case None:
            return partial(_service, AuthSettings())
        case command_line.CreateWorkspace():
            return partial(_command, command, StoreSettings())
        case command_line.RotateKeys():
            return partial(_rotate, KeySettings())
        case command_line.RotateSessionKey():
            return partial(rotate_session_key, command)


def _service(settings: AuthSettings) -> int:
    configure_logs(SERVICE, settings.log_level)
    process.run(lambda stop: serve(settings, stop))
    return 0


def _rotate(settings: KeySettings) -> int:
    configure_logs(SERVICE, settings.log_level)
    return asyncio.run(rotate_keys(settings))


def _command(command: command_line.CreateWorkspace, settings: StoreSettings) -> int:
    configure_logs(SERVICE, settings.log_level)
    return asyncio.run(create_workspace(command, settings))
