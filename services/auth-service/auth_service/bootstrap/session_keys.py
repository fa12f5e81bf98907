"""Wires the command that changes the ring of session keys: no database, one file."""

import sys

from auth_service.adapters.session_keys import STEPS, rewrite
from auth_service.entrypoints.command_line import RotateSessionKey


def rotate_session_key(command: RotateSessionKey) -> int:
    try:
        shown = rewrite(command.file, STEPS[command.step])
    except (OSError, ValueError) as error:
        sys.stderr.write(f"rotate-session-key: {error}\n")
        return 1
    sys.stdout.write(f"signs: {shown[0]}; shown too: {', '.join(shown[1:]) or 'none'}\n")
    return 0
