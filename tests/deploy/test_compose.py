"""compose.yaml: as the Compose Specification says, in order, and of one piece with the settings and the images."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from deploy.secrets import secrets, write
from embedded.keys import Keys

from .images import ROOT
from .test_manifests import IN_IMAGE, SETTINGS

FOLDER = ROOT / "deploy" / "compose"
TEXT = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", (FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("toa/")}
# A secret's files, as `make up` writes them.
GIVEN = "../../.data/deploy/compose/"


def test_it_is_as_the_specification_says() -> None:
    merged = yaml.safe_dump(yaml.safe_load(TEXT))
    PyCompose.from_yaml(merged)
    with pytest.raises(ValueError, match="readonly"):
        PyCompose.from_yaml(merged.replace("read_only", "readonly"))


def test_everything_begins_after_what_it_needs() -> None:
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            once = needed in {"topics", "migrate"}
            assert how["condition"] == ("service_completed_successfully" if once else "service_healthy"), name
            assert once or "healthcheck" in SERVICES[needed] or needed in OURS
    assert {name for name, one in SERVICES.items() if "topics" in one.get("depends_on", {})} == {
        "auth-service",
        "ingestor",
        "metrics-aggregator",
        "query-api",
    }


def test_ours_write_nothing_but_tmp_and_have_no_rights() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_the_front_and_what_stands_for_tiktok_are_reached_and_only_from_this_machine() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(ports) == {"front", "sandbox", "mongo"}
    assert all(pair.startswith("127.0.0.1:") for pairs in ports.values() for pair in pairs)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_exists_and_every_one_that_is_needed_is_given(name: str, tmp_path: Path) -> None:
    write(secrets(Keys(tmp_path / "keys")), tmp_path)
    service = SERVICES[name]
    files = [tmp_path / file.removeprefix(GIVEN) for file in service.get("env_file", ())]
    lines = [line for file in files for line in file.read_text().splitlines()]
    given = {*service.get("environment", {}), *(line.partition("=")[0] for line in lines)}
    fields = {f"TOA_{field.upper()}": info for field, info in SETTINGS[name].model_fields.items()}
    assert given - fields.keys() - {"FORWARDED_ALLOW_IPS"} == set()
    assert {field for field, info in fields.items() if info.is_required()} - given - IN_IMAGE == set()


@pytest.mark.parametrize("name", ["auth-service", "ingestor", "query-api"])
def test_every_file_that_a_setting_names_is_mounted(name: str, tmp_path: Path) -> None:
    write(secrets(Keys(tmp_path / "keys")), tmp_path)
    (mount,) = SERVICES[name]["volumes"]
    source, place, mode = mount.split(":")
    held = {f"{place}/{file.name}" for file in (tmp_path / source.removeprefix(GIVEN)).iterdir()}
    named = {value for key, value in SERVICES[name]["environment"].items() if key.endswith("_FILE")}
    assert (named, mode) == (held, "ro")


def test_the_front_leads_each_path_as_the_laptops_does() -> None:
    conf = (FOLDER / "front.conf").read_text()
    assert re.findall(r"location (\S+(?: \S+)?) \{\s+proxy_pass http://([\w-]+):8080;", conf) == [
        ("~ ^/(auth|oauth|webhooks)/", "auth-service"),
        ("/", "query-api"),
    ]
    # As it came, or a client could say where it comes from.
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in conf
