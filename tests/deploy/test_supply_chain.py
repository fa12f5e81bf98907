"""What is shipped may be shipped, and is built by known steps."""

import re

import yaml

from deploy.licences import page_licences, python_licences

from .images import HOMES, ROOT

# Permissive, or changed files stay open and ours do not: what an Apache-2.0 product may carry.
ALLOWED = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"}
RELEASE = (ROOT / ".github" / "workflows" / "release.yml").read_text()


def test_no_licence_is_outside_the_list() -> None:
    for licences in (python_licences(), page_licences()):
        assert len(licences) > 10
        for package, licence in licences.items():
            assert set(re.findall(r"[\w.-]+", licence)) - {"AND", "OR"} <= ALLOWED, f"{package}: {licence}"


def test_every_package_of_an_image_is_locked_by_hash() -> None:
    for image in HOMES:
        lock = (ROOT / "requirements" / f"{image}.lock").read_text()
        entries = re.split(r"\n(?=\S)", lock.strip())
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries), image


def test_actions_of_a_release_are_named_by_commit() -> None:
    used = re.findall(r"uses: (\S+)", RELEASE)
    assert len(used) >= 3
    assert [action for action in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)] == []


def test_a_release_signs_and_attests_every_image() -> None:
    job = yaml.safe_load(RELEASE)["jobs"]["image"]
    assert set(job["strategy"]["matrix"]["service"]) == set(HOMES)
    assert job["needs"] == "check"
    steps = "\n".join(step.get("run", "") for step in job["steps"])
    assert re.findall(r"cosign (\w+) --yes", steps) == ["sign", "attest"]
    assert "--provenance=mode=max" in steps
    assert '"$IMAGE@$DIGEST"' in steps, "what is signed is named by its digest"
