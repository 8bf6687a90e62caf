"""The grammar of services: verbs, keyword-only, typed, and what they write into the log is known."""

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from audit import actions
from tests.house.floors import ROOT, service_modules, sources

# The ground floor's own verbs name what they are about first: record("paper.eaten", by=…), start_job("pdf_check", …).
NAMES_ITS_THING_FIRST = {
    "audit.services.record.record",
    "access.services.settings.save_setting",
    "access.services.settings.remove_setting",
    "jobs.services.start.start_job",
    "jobs.services.cancel.cancel_job",
}


def services() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions that a module of services defines itself."""
    for module in service_modules():
        for name, value in vars(module).items():
            function = inspect.unwrap(value) if callable(value) else None
            if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{module.__name__}.{name}", function


SERVICES = dict(services())


def called_from_above() -> set[str]:
    """What pages, tasks, commands and rehearsals import from services. (Services share their parts among themselves;
    the hooks in apps.py are called by the registries.)"""
    return {
        f"{node.module}.{alias.name}"
        for path, tree in sources()
        if "/services/" not in path and not path.endswith("/apps.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and ".services" in (node.module or "")
        for alias in node.names
    }


def parameters(name: str) -> list[inspect.Parameter]:
    return list(inspect.signature(SERVICES[name]).parameters.values())


def verbs() -> list[str]:
    """The services that somebody does."""
    return sorted(
        name
        for name in called_from_above() & SERVICES.keys()
        if any(p.name == "by" for p in parameters(name))
        and inspect.signature(SERVICES[name]).return_annotation is not bool
    )


def test_verb_takes_keywords_only() -> None:
    by_place = {
        name: [p.name for p in parameters(name) if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
        for name in verbs()
        if name not in NAMES_ITS_THING_FIRST
    }

    assert len(by_place) > 20
    assert {name: places for name, places in by_place.items() if places} == {}


@pytest.mark.parametrize("name", sorted(NAMES_ITS_THING_FIRST))
def test_verb_that_names_its_thing_first_takes_the_rest_by_keyword(name: str) -> None:
    kinds = [p.kind for p in parameters(name)]

    assert kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD) == 1


def test_service_is_typed() -> None:
    untyped = {}
    for name, service in SERVICES.items():
        signature = inspect.signature(service)
        untyped[name] = [p.name for p in signature.parameters.values() if p.annotation is p.empty]
        untyped[name] += ["what it returns"] if signature.return_annotation is signature.empty else []

    assert {name: missing for name, missing in untyped.items() if missing} == {}


def written_verbs() -> dict[str, str]:
    """Every verb that is a literal in a call to something that records, and where."""
    found = {}
    for path, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if "record" not in name and "log" not in name:
                continue
            for literal in ast.walk(node.args[0]):
                if isinstance(literal, ast.Constant) and isinstance(literal.value, str) and _is_verb(literal.value):
                    found[literal.value] = f"{path}:{node.lineno}"
    return found


def _is_verb(text: str) -> bool:
    thing, dot, verb = text.partition(".")
    return bool(dot) and thing.replace("_", "").isalpha() and verb.replace("_", "").isalpha()


def test_verb_that_is_written_is_registered_with_its_words() -> None:
    unknown = {verb: where for verb, where in written_verbs().items() if not actions.known(verb)}

    assert unknown == {}


def test_verb_that_is_registered_is_written_by_somebody() -> None:
    text = "\n".join(
        path.read_text("utf-8")
        for path in ROOT.glob("*/**/*.py")
        if path.name != "actions.py" and "tests" not in path.parts and ".venv" not in path.parts
    )
    unwritten = sorted(verb for verb in actions.names() if f'"{verb}"' not in text)

    assert unwritten == []
