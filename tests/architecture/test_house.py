"""The house rules that a tool can hold: sizes of functions and files, one driver module per service, no addresses."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .tree import ROOT, tracked

LONGEST_FUNCTION = 30
LONGEST_FILE = 400
SERVICES = ("auth-service", "ingestor", "metrics-aggregator", "query-api")
# A lock or a document with a download address would serve one mirror only.
REGISTRY = re.compile(r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|registry|maven|sonatype)[\w.-]*", re.IGNORECASE)


def product_code() -> list[Path]:
    return [path for path in tracked("*.py") if "tests" not in path.parts and "soak" not in path.parts]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_functions_fit_on_a_screen() -> None:
    code = product_code()
    assert len(code) > 100
    long = [f"{name}: {lines} lines" for path in code for name, lines in functions(path) if lines > LONGEST_FUNCTION]
    assert long == []


def test_files_have_one_idea() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in tracked("*.py", "*.ts", "*.tsx")
    }
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_FILE and "/tests/" not in name} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_motor_is_imported_in_one_module_of_a_service(service: str) -> None:
    importing = [
        path
        for path in product_code()
        if service in path.parts and re.search(r"^\s*(?:from|import) motor", path.read_text(), re.MULTILINE)
    ]
    assert len(importing) <= 1
    assert all(path.parent.name == "adapters" for path in importing)


def test_nothing_names_a_package_registry() -> None:
    texts = [path for path in tracked() if path.suffix not in {".png", ".svg", ".ico"}]
    named = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in texts
        if (found := REGISTRY.search(path.read_text(errors="replace")))
    ]
    assert named == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in product_code() if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
