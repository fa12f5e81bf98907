"""The run that teaches the JVM, when it fails: that is told and stops nothing. That it works, every set-up shows."""

from pathlib import Path

import pytest

from embedded import kafka_node, kafka_training


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the cache shall be written, away from the one that is used."""
    path = tmp_path / "aot" / "kafka-tested.aot"
    monkeypatch.setattr(kafka_node, "startup_cache", lambda: path)
    return path


async def test_a_kafka_that_ends_at_once_is_told_with_its_log(
    target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kafka_node, "JVM_OPTIONS", ("-XX:NoSuchOption",))
    monkeypatch.setattr(kafka_node, "prepare", lambda node: node.folder.mkdir(exist_ok=True))
    await kafka_training.train()
    told = capsys.readouterr().err
    assert "kafka starts without its start-up cache" in told
    assert "kafka ended with status 1; its log ends with" in told
    assert "NoSuchOption" in told
    assert not target.exists()
