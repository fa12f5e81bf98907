"""The command line: serve, create a workspace with its first owner and key, or change the ring of session keys."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from auth_service.use_cases.creating import Created, Creating


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWorkspace:
    name: str
    email: str
    password_file: Path
    timezone: str


@dataclass(frozen=True, slots=True)
class RotateKeys:
    """Seal everything anew with the ring's active key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateSessionKey:
    """`step` is announce, promote or retire; between two of them every replica starts anew."""

    file: Path
    step: str


Command = CreateWorkspace | RotateKeys | RotateSessionKey


def parse(arguments: Sequence[str]) -> Command | None:
    """The command; None is to serve."""
    parser = argparse.ArgumentParser(prog="python -m auth_service", description="Without a command: serve.")
    commands = parser.add_subparsers(dest="command")
    create = commands.add_parser("create-workspace", help="a workspace, its owner and an API key; safe to repeat")
    create.add_argument("--name", required=True)
    create.add_argument("--email", required=True)
    create.add_argument("--password-file", required=True, type=Path, help="one line; read only for a new person")
    create.add_argument("--timezone", default="UTC", help="name of the tz database, such as Europe/Berlin")
    commands.add_parser("rotate-keys", help="seal everything anew with the ring's active key; safe to repeat")
    rotate = commands.add_parser("rotate-session-key", help="announce a new key, promote it, retire the old ones")
    rotate.add_argument("step", choices=("announce", "promote", "retire"))
    rotate.add_argument("--file", required=True, type=Path, help="as TOA_SESSION_KEY_FILE, rewritten as a whole")
    given = parser.parse_args(arguments)
    if given.command is None:
        return None
    if given.command == "rotate-keys":
        return RotateKeys()
    if given.command == "rotate-session-key":
        return RotateSessionKey(file=given.file, step=given.step)
    return CreateWorkspace(
        name=given.name, email=given.email, password_file=given.password_file, timezone=given.timezone
    )


async def create_workspace(command: CreateWorkspace, creating: Creating) -> None:
    """Print one JSON line. The key in it is shown this once."""
    password = SecretStr(command.password_file.read_text().removesuffix("\n"))
    created = await creating.create(
        name=command.name, email=command.email, password=password, timezone=command.timezone
    )
    sys.stdout.write(_line(created) + "\n")


def _line(created: Created) -> str:
    return json.dumps(
        {
            "workspace_id": str(created.workspace_id),
            "user_id": str(created.user_id),
            "api_key": created.api_key.get_secret_value() if created.api_key else None,
        }
    )
