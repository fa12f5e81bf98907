"""A data folder that cannot be used: one clear line that ends with the remedy."""

import subprocess
import sys
from pathlib import Path

import pytest

from embedded import data_folder
from embedded.errors import DataFolderError
from embedded.keys import Keys

HOLDS = """
import sys
from pathlib import Path
from embedded import data_folder
held = data_folder.claim(Path(sys.argv[1]), part="mongo")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_folder_serves_one_process_at_a_time_and_the_next_after_its_end(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(DataFolderError, match=r"mongo is running already on .*; stop that one first"):
        data_folder.claim(tmp_path, part="mongo")
    holder.kill()
    holder.communicate()
    assert data_folder.claim(tmp_path, part="mongo") > 0


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "LEAST_FREE_BYTES", 10**18)
    with pytest.raises(DataFolderError, match=r"kafka has only \d+ MB of disk left for .*; free at least \d+ MB"):
        data_folder.claim(tmp_path / "kafka", part="kafka")
    assert list((tmp_path / "kafka").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderError, match=r"cannot use its data folder .*file/kafka: .*; make it writable"):
        data_folder.claim(tmp_path / "file" / "kafka", part="kafka")


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    first = {path: path.read_bytes() for path in (keys.session_key(), keys.token_keys(), keys.service_key("ingestor"))}
    again = {path: path.read_bytes() for path in (keys.session_key(), keys.token_keys(), keys.service_key("ingestor"))}
    assert first == again
    assert {path.stat().st_mode & 0o777 for path in first} == {0o600}
    assert "PUBLIC KEY" in keys.service_public_key("ingestor")
