"""What tests/house/budgets.py does not ask: the list of papers as a file, with one paper and with three.

Olga is free on every paper, Ines institutional on Ada's, Otto an author of one. The session, the person and the
switcher of workshops are in the numbers.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_cast

pytestmark = pytest.mark.django_db

PEOPLE = ("olga", "ines", "otto")
BUDGETS: dict[str, tuple[int, int, int]] = {
    "/admin/w/neurreps/papers/?format=csv": (10, 10, 10),
    "/admin/w/neurreps/papers/?format=xlsx": (10, 10, 10),
}


@pytest.mark.parametrize("papers", [1, 3])
def test_pages_keep_their_budget_for_any_number_of_papers(client, papers):
    cast = make_cast("discussion", papers=papers)
    used = {}
    for name in PEOPLE:
        client.force_login(getattr(cast, name))
        for page in BUDGETS:
            client.get(page)  # the first look fills caches of the process
            with CaptureQueriesContext(connection) as caught:
                assert client.get(page).status_code == 200
            used[name, page] = len(caught)
    assert used == {(n, page): budget[i] for page, budget in BUDGETS.items() for i, n in enumerate(PEOPLE)}
