"""The order of the apps, and the ways to walk over their code."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
# From the ground up: each may know only those before it.
FLOORS = (
    "audit",
    "access",
    "jobs",
    "notifications",
    "accounts",
    "workshops",
    "submissions",
    "reviews",
    "decisions",
    "proceedings",
    "desk",
    "rehearsal",
)


def height(app_label: str) -> int:
    return FLOORS.index(app_label)


def sources(pattern: str = "**/*.py") -> Iterator[tuple[str, ast.Module]]:
    """The path, as seen from the project, and the syntax tree of each file of our apps; migrations left out."""
    for app in FLOORS:
        for path in sorted((ROOT / app).glob(pattern)):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), _tree(path)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def service_modules() -> list[ModuleType]:
    """Every module in a folder ``services`` of our apps, imported."""
    found = []
    for app in FLOORS:
        folder = ROOT / app / "services"
        if folder.exists():
            names = [module.name for module in pkgutil.iter_modules([str(folder)])]
            found += [importlib.import_module(f"{app}.services.{name}") for name in names]
    return found
