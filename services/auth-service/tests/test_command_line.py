"""The command line says in one line what is wrong, and never shows a value of the environment."""

from pathlib import Path

import pytest

from auth_service.bootstrap import run

SERVE = {
    "TOA_HTTP_PORT": "no number, hunter2",
    "TOA_KAFKA_BOOTSTRAP": "127.0.0.1:9",
    "TOA_MONGO_URL": "mongodb://someone:hunter2@127.0.0.1:9",
    "TOA_SERVICE_PUBLIC_KEYS": "{}",
}
CREATE = ["create-workspace", "--name", "Studio", "--email", "ada@example.test", "--password-file"]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TOA_MONGO_URL", "TOA_MONGO_DATABASE", "TOA_HTTP_PORT", "TOA_PUBLIC_URL", "TOA_TIKTOK_APP_SECRET"):
        monkeypatch.delenv(name, raising=False)


def test_missing_and_wrong_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in SERVE.items():
        monkeypatch.setenv(name, value)
    assert run([]) == 2
    said = capsys.readouterr().err
    assert said.startswith("auth-service cannot start: ")
    assert "TOA_HTTP_PORT: Input should be a valid integer" in said
    assert "TOA_PUBLIC_URL: Field required" in said
    assert "hunter2" not in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("password", "arguments", "said"),
    [
        ("short", [], "The password is shorter than 12 characters."),
        ("long enough for us", ["--timezone", "Mars/Olympus"], "Mars/Olympus"),
        ("long enough for us", ["--email", "nobody"], "name@domain"),
        ("long enough for us", ["--name", " "], "needs a name"),
        (None, [], "No such file"),
    ],
)
def test_a_workspace_that_cannot_be_made_is_refused(
    mongo_url: str,
    database_name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    password: str | None,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.setenv("TOA_MONGO_URL", mongo_url)
    monkeypatch.setenv("TOA_MONGO_DATABASE", database_name)
    file = tmp_path / "password"
    if password:
        file.write_text(password)
    assert run([*CREATE, str(file), *arguments]) == 1
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_a_database_that_is_away_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOA_MONGO_URL", "mongodb://someone:hunter2@127.0.0.1:9/?serverSelectionTimeoutMS=200")
    file = tmp_path / "password"
    file.write_text("long enough for us")
    assert run([*CREATE, str(file)]) == 1
    said = capsys.readouterr().err
    assert "The database did not answer" in said
    assert "hunter2" not in said
