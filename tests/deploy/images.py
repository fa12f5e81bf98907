"""The images as their Dockerfile makes them, as far as that goes without Docker."""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "images" / "Dockerfile"
# Each image and where its code is.
HOMES = {
    "auth-service": "services/auth-service",
    "ingestor": "services/ingestor",
    "metrics-aggregator": "services/metrics-aggregator",
    "query-api": "services/query-api",
    "sandbox": "libs/sandbox",
}
_HEAD, _SECTION = struct.Struct("<16xHHIQQQIHHHHHH"), struct.Struct("<IIQQQQIIQQ")


@dataclass(frozen=True, slots=True)
class Image:
    """Packages by hash from the lock of one service, and the code that its image takes in."""

    service: str
    packages: Path
    code: Path

    @property
    def module(self) -> str:
        return self.service.replace("-", "_")

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """An interpreter that finds nothing but what the image has."""
        return subprocess.run(
            # -S leaves out the packages of this environment.
            [sys.executable, "-S", *arguments],
            cwd=self.code,
            env={"PYTHONPATH": os.pathsep.join((str(self.code), str(self.packages))), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def megabytes(self) -> float:
        """What the image has besides its base, as the Dockerfile strips it."""
        files = [path for folder in (self.packages, self.code) for path in folder.rglob("*") if path.is_file()]
        return sum(path.stat().st_size - _for_debuggers(path) for path in files) / 1e6


def build(service: str, folder: Path) -> Image:
    image = Image(service, folder / "packages", folder / "code")
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / "requirements" / f"{service}.lock")]
    target = ["--target", str(image.packages), "--link-mode", "copy", "--python", sys.executable]
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "pip", "install", "--quiet", *target, *locked], check=True)
    for home in ("libs/common", HOMES[service]):
        package = Path(home).name.replace("-", "_")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / home / package, image.code / package, ignore=ignored)
    # As in the image: nothing is compiled at a start.
    subprocess.run([sys.executable, "-m", "compileall", "-q", image.packages, image.code], check=True)
    return image


def _for_debuggers(path: Path) -> int:
    """Bytes of an ELF file's sections that `strip --strip-debug` takes out."""
    content = path.read_bytes() if ".so" in path.name else b""
    return sum(_debug_sections(content)) if content[:4] == b"\x7fELF" else 0


def _debug_sections(content: bytes) -> Iterator[int]:
    head = _HEAD.unpack_from(content)
    start, size, count, names_at = head[5], *head[10:]
    sections = [_SECTION.unpack_from(content, start + number * size) for number in range(count)]
    names = sections[names_at][4]
    for section in sections:
        if content[names + section[0] :].startswith(b".debug"):
            yield section[5]
