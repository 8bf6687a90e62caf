"""Every page keeps to its literal number of queries, with one paper and with three, for every role that sees it."""

from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.house.budgets import BUDGETS, Budget
from tests.house.conftest import Season
from tests.house.matrix import MATRIX, THINGS, Row
from tests.house.phases import THREE_PAPERS, during_each
from tests.house.routes import address

PHASE = "discussion"
# Their pages are the libraries' own; ours are counted.
NOT_OURS = ("account_", "mfa_", "admin")


def pages() -> Iterator[tuple[Row, list[str]]]:
    """Each page of ours in the phase, and who sees it."""
    for row in MATRIX:
        if PHASE in row.phases and not row.route.startswith(NOT_OURS):
            seen_by = [who for who, what in row.expected("GET").items() if what == "page"]
            if seen_by:
                yield row, seen_by


def test_every_page_has_a_budget_for_whoever_sees_it() -> None:
    counted = {(b.route, b.thing): set(b.queries) for b in BUDGETS}
    missing = {
        f"{row.route} {row.thing}": sorted(set(seen_by) - counted.get((row.route, row.thing), set()))
        for row, seen_by in pages()
        if set(seen_by) != counted.get((row.route, row.thing), set())
    }

    assert missing == {}


@during_each(((papers, line) for papers in (PHASE, THREE_PAPERS) for line in BUDGETS), "line")
def test_page_keeps_to_its_budget(season: Season, line: Budget) -> None:
    path = address(line.route, THINGS[line.thing](season.cast))

    assert {who: queries(season, who, path) for who in line.queries} == line.queries


def queries(season: Season, who: str, path: str) -> int:
    season.once(f"warm {path}", lambda: season.ask(who, "GET", path))  # what is read once a process is not counted
    with CaptureQueriesContext(connection) as captured:
        response = season.ask(who, "GET", path)
    assert response.status_code == 200, f"{path} as {who}: {response.status_code}"
    return len([q for q in captured if "SAVEPOINT" not in q["sql"].upper()])
