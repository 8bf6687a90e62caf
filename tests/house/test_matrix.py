"""The table of matrix.py holds: every route, the whole cast, GET and POST, in every phase."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse

from tests.factories import PHASES
from tests.house.conftest import Season
from tests.house.matrix import ALL, MATRIX, THINGS, Row
from tests.house.routes import address, routes

MEANS = {
    "page": {"200"},
    "again": {"200", "409", "422"},
    "shown": {"200", "405"},
    "closed": {"405"},
    "hidden": {"404"},
    "moved": {"moved"},
    "login": {"login"},
    "gate": {"moved", "login"},
    "theirs": {"200", "409", "422", "moved"},
    "library": {"200", "403", "404", "405", "moved"},
}


def answer(response: HttpResponse) -> str:
    if response.status_code not in (301, 302, 303):
        return str(response.status_code)
    return "login" if response["Location"].startswith(str(settings.LOGIN_URL)) else "moved"


def url(row: Row, season: Season) -> str:
    return address(row.route, THINGS[row.thing](season.cast))


def test_every_route_has_a_row() -> None:
    assert sorted(set(routes()) - {row.route for row in MATRIX}) == []


def test_every_row_is_of_a_route() -> None:
    assert sorted({row.route for row in MATRIX} - set(routes())) == []


@pytest.mark.parametrize("route", sorted({row.route for row in MATRIX}))
def test_every_route_has_a_row_for_each_phase_unless_it_knows_none(route: str) -> None:
    phases = {phase for row in MATRIX if row.route == route for phase in row.phases}

    assert phases == (set(PHASES) if not route.startswith(("account_", "mfa_", "admin")) else {"review"})


def test_table_names_the_whole_cast() -> None:
    assert set(Row("", "", "", "").expected("GET")) == set(ALL)


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: f"{row.route} {row.thing}".strip())
def test_row(season: Season, row: Row) -> None:
    if season.cast.phase not in row.phases:
        return
    path = url(row, season)
    wrong = []
    for method in ("GET", "POST"):
        for who, expected in row.expected(method).items():
            got = answer(season.ask(who, method, path))
            if got not in MEANS[expected] and not (method == "POST" and {got, *MEANS[expected]} <= {"404", "405"}):
                wrong.append(f"{method} {path} as {who}: {got} instead of {expected}")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def test_hidden_page_looks_like_one_that_is_not_there(season: Season) -> None:
    """The same status and the same body, for everybody who is signed in."""
    hidden = [row for row in MATRIX if season.cast.phase in row.phases and not row.route.startswith("admin")]
    differing = []
    for who in ALL[:-1]:
        missing = plain(season.ask(who, "GET", "/no/such/page/"))
        for row in hidden:
            if row.expected("GET")[who] == "hidden":
                path = url(row, season)
                response = season.ask(who, "GET", path)
                if response.status_code == 404 and plain(response) != missing and row.route != "reviews:invitation":
                    differing.append(f"{path} as {who}")

    assert differing == []


def plain(response: HttpResponse) -> str:
    """Without the tokens of the form and the clock."""
    return re.sub(r'\b[A-Za-z0-9]{64}\b|data-now="\d+"', "", response.content.decode())
