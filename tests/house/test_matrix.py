"""The table of matrix.py holds: every route, the whole cast, GET and POST, in every phase."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse

from tests.factories import PHASES
from tests.house.conftest import Season
from tests.house.matrix import ALL, MATRIX, THINGS, Row
from tests.house.phases import during, during_each
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


# It says that a link must be followed first, whoever asks.
OWN_WORDS = {
    "reviews:invitation",
    "submissions:authorship",
    "submissions:link",
    "submissions:confirm",
    "desk:guest_call",
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


@during_each(((phase, row) for phase in PHASES for row in MATRIX if phase in row.phases), "row")
def test_row(season: Season, row: Row) -> None:
    path = url(row, season)
    wrong = []
    for method in ("GET", "POST"):
        for who, expected in row.expected(method).items():
            response = season.ask(who, method, path)
            got = answer(response)
            if got not in MEANS[expected] and not (method == "POST" and {got, *MEANS[expected]} <= {"404", "405"}):
                wrong.append(f"{method} {path} as {who}: {got} instead of {expected}")
            elif (
                got == "404"
                and method == "GET"
                and row.route not in OWN_WORDS
                and not is_missing(response, season, who)
            ):
                wrong.append(f"{method} {path} as {who}: hidden, but not like a page that is not there")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@during("review")
@pytest.mark.parametrize("number", [2**63 - 1, 10**30])
def test_number_that_no_column_holds_is_a_page_that_is_not_there(season: Season, number: int) -> None:
    wrong = []
    for row in MATRIX:
        keys = THINGS[row.thing](season.cast)
        for key in (name for name, value in keys.items() if isinstance(value, int)):
            path = address(row.route, keys | {key: number})
            response = season.ask("olga", "GET", path)
            if response.status_code not in (302, 404, 405):
                wrong.append(f"{path}: {response.status_code}")

    assert wrong == []


def is_missing(response: HttpResponse, season: Season, who: str) -> bool:
    """Whether it says what a page says that is not there."""
    return plain(response) == season.once(f"missing {who}", lambda: plain(season.ask(who, "GET", "/no/such/page/")))


def plain(response: HttpResponse) -> str:
    """Without the tokens of the form and the clock."""
    return re.sub(r'\b[A-Za-z0-9]{64}\b|data-now="\d+"', "", response.content.decode())
