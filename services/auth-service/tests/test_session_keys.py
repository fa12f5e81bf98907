"""The ring of session keys: rotated by a command, without a moment in which a good token is refused."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest

from auth_service.adapters.access_tokens import JwtAccessTokens, read_session_keys
from auth_service.bootstrap import run
from auth_service.domain.errors import NotSignedIn

from .test_secrets import ISSUER, SOMEONE


@pytest.fixture
def ring(tmp_path: Path, session_key_file: Path) -> Path:
    path = tmp_path / "session.pem"
    path.write_bytes(session_key_file.read_bytes())
    return path


def step(ring: Path, name: str) -> JwtAccessTokens:
    """A replica that started after the step."""
    assert run(["rotate-session-key", name, "--file", str(ring)]) == 0
    return replica(ring)


def replica(ring: Path) -> JwtAccessTokens:
    return JwtAccessTokens(read_session_keys(ring), ISSUER)


def signer(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def shown(tokens: JwtAccessTokens) -> set[str]:
    return {str(key.key_id) for key in jwt.PyJWKSet.from_dict(dict(tokens.key_set())).keys}


def test_each_step_accepts_the_tokens_of_the_step_before_and_after(ring: Path) -> None:
    now = datetime.now(UTC)
    replicas = [replica(ring), *(step(ring, name) for name in ("announce", "promote", "retire"))]
    tokens = [one.issue(SOMEONE, now) for one in replicas]
    for at in range(len(replicas)):
        for near in tokens[max(0, at - 1) : at + 2]:
            assert replicas[at].read(near).user_id == SOMEONE.user_id
            assert signer(near) in shown(replicas[at]), "whoever fetches the key set finds it"
    with pytest.raises(NotSignedIn):
        replicas[3].read(tokens[0])
    assert signer(tokens[0]) == signer(tokens[1])
    assert signer(tokens[2]) == signer(tokens[3]) != signer(tokens[0])


def test_the_key_set_shows_no_private_part(ring: Path) -> None:
    keys = step(ring, "announce").key_set()["keys"]
    assert isinstance(keys, list)
    assert [set(key) for key in keys] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}] * 2


def test_the_file_stays_its_owners_alone(ring: Path) -> None:
    ring.chmod(0o644)
    step(ring, "announce")
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    assert [path.name for path in ring.parent.iterdir()] == [ring.name]


def test_what_cannot_be_rotated_is_said_and_left(
    ring: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ring.read_bytes()
    assert run(["rotate-session-key", "promote", "--file", str(ring)]) == 1
    assert "announce one first" in capsys.readouterr().err
    assert ring.read_bytes() == before
    assert run(["rotate-session-key", "announce", "--file", str(tmp_path / "none")]) == 1
    bad = tmp_path / "bad.pem"
    bad.write_text("hunter2")
    assert run(["rotate-session-key", "announce", "--file", str(bad)]) == 1
    assert "hunter2" not in capsys.readouterr().err
