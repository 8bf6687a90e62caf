"""Each page has a literal number of queries, the same for one paper and for three, for everyone who sees it.

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
    "/admin/w/neurreps/": (16, 16, 16),
    "/admin/w/neurreps/papers/": (14, 14, 14),
    "/admin/w/neurreps/papers/?format=csv": (15, 15, 15),
    "/admin/w/neurreps/papers/1/": (31, 18, 31),
    "/admin/w/neurreps/decisions/": (18, 18, 18),
    "/admin/w/neurreps/decisions/release/": (13, 10, 13),
    "/admin/w/neurreps/log/": (7, 7, 7),
    "/desk/": (12, 12, 13),
    "/admin/w/new/": (2, 2, 2),
    "/w/neurreps/papers/": (5, 5, 5),
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
