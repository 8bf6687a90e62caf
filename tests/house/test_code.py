"""What the code of the apps does not do, whatever it is about."""

import ast

from tests.house.floors import sources


def test_no_file_imports_signals() -> None:
    """What follows from a change is said in the service that makes it."""
    guilty = []
    for path, tree in sources():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            words = {part for name in (module, *names) for part in name.split(".")}
            if words & {"signals", "dispatch", "receiver"}:
                guilty.append(f"{path}:{node.lineno}")

    assert guilty == []


def test_no_query_ignores_case_in_the_database() -> None:
    """SQLite folds ASCII only: people's text is searched in its folded copy."""
    wrong = ("icontains", "istartswith", "iendswith", "iregex", "iexact")
    guilty = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if (isinstance(node, ast.keyword) and str(node.arg).endswith(wrong))
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(wrong))
    ]

    assert guilty == []


def test_no_query_uses_what_only_one_database_can_do() -> None:
    wrong = {"nulls_distinct", "deferrable", "DISTINCT ON"}
    guilty = [
        f"{path}:{node.lineno}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in wrong
    ]

    assert guilty == []


def test_only_services_and_migrations_write() -> None:
    """A view, form or command that calls ``save`` or ``create`` goes past access, log and mail."""
    writes = {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    guilty = [
        f"{path}:{node.lineno} {node.func.attr}"
        for path, tree in sources()
        if "/services/" not in path and _is_a_surface(path)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr in writes
            or (node.func.attr in {"create", "update", "delete"} and _is_a_manager(node.func.value))
        )
    ]

    assert guilty == []


def _is_a_surface(path: str) -> bool:
    folders, _, name = path.rpartition("/")
    surfaces = {"views.py", "forms.py", "admin.py", "emails.py", "access.py", "reading.py", "querysets.py"}
    return name in surfaces or bool({"views", "management", "reading", "admin"} & set(folders.split("/")))


def _is_a_manager(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr == "objects" for part in ast.walk(node))
