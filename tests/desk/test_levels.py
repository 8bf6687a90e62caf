"""What an organizer sees of a paper at each level (free, institutional, author), on every page of the desk."""

import pytest

from decisions.models import Decision
from reviews.models import ReviewVersion
from submissions.models import Submission
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast("discussion")


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def secrets_of(paper: Submission) -> dict[str, str]:
    """Words that only those who may see that part of the paper read."""
    version = ReviewVersion.objects.filter(review__assignment__submission=paper, saved_as="submitted").first()
    assert version is not None
    return {
        "review": version.answers["summary"],
        "confidential": version.answers["to_organizers"],
        "abstract": paper.abstract.split()[-1].strip(".,"),
        "reviewer": version.saved_by.family,
    }


def test_a_free_organizer_reads_everything(cast, look):
    known = secrets_of(cast.paper)
    page = text(look(cast.olga, f"papers/{cast.paper.number}/"))
    shown = [name for name, word in known.items() if word in page]
    assert shown == ["review", "confidential", "abstract", "reviewer"]
    assert cast.ada.family not in page.split("History")[0]


def test_an_institutional_organizer_reads_reviews_under_handles_and_cannot_act(cast, look):
    known = secrets_of(cast.paper)
    page = text(look(cast.ines, f"papers/{cast.paper.number}/"))
    shown = [name for name, word in known.items() if word in page]
    assert shown == ["review", "abstract"]
    decision = Decision.objects.get(submission=cast.paper)
    assert decision.reason not in page
    assert "Save the decision" not in page
    assert cast.rui.family not in page
    assert cast.rae.family not in page


def test_the_authors_own_paper_is_sealed_on_the_desk(cast, look):
    known = secrets_of(cast.ottos_paper)
    page = text(look(cast.otto, f"papers/{cast.ottos_paper.number}/"))
    assert [name for name, word in known.items() if word in page] == []
    assert cast.ottos_paper.title in page
    assert "You have a conflict." in page


def test_a_personal_conflict_seals_the_paper(cast, look):
    seal(cast)
    known = secrets_of(cast.paper)
    page = text(look(cast.otto, f"papers/{cast.paper.number}/"))
    assert [name for name, word in known.items() if word in page] == []
    assert cast.paper.title in page
    assert cast.olga.name in page  # who handles it


def seal(cast: Cast) -> None:
    from submissions.services.conflicts import set_conflict

    set_conflict(
        submission=cast.paper, user=cast.otto, reason="organizer", state="confirmed", by=cast.olga, why="A friend."
    )


def test_sealed_papers_are_in_no_number_filter_search_or_file(cast, look):
    seal(cast)
    total = look(cast.otto, "papers/").context["found"]
    assert (total.total, [row.number for row in total.sealed]) == (0, [cast.paper.number, cast.ottos_paper.number])
    abstract = cast.paper.abstract.split()[-1].strip(".,")
    for query in (f"q={abstract}", f"q={cast.ada.family}", "status=submitted", "reviews=missing", "decision=tentative"):
        found = look(cast.otto, f"papers/?{query}").context["found"]
        assert (found.total, found.sealed) == (0, []), query
    by_title = look(cast.otto, f"papers/?q={cast.paper.title.split()[-1]}").context["found"]
    assert [row.number for row in by_title.sealed] == [cast.paper.number]
    lines = text(look(cast.otto, "papers/?format=csv")).strip().splitlines()
    assert len(lines) == 3
    assert abstract not in "".join(lines)
    assert cast.ada.family not in "".join(lines)


def test_the_dashboard_counts_nothing_that_is_sealed(cast, look):
    free = look(cast.olga).context["board"]
    assert (free.papers, free.sealed) == (2, 0)
    assert [(bar.done, bar.of) for bar in free.progress] == [(2, 2), (2, 6), (1, 2), (0, 2)]
    seal(cast)
    sealed = look(cast.otto).context["board"]
    assert (sealed.papers, sealed.sealed) == (0, 2)
    assert [(bar.done, bar.of) for bar in sealed.progress] == [(0, 0), (0, 0), (0, 0), (0, 0)]
    assert {need.key for need in sealed.needs} == {"invitations", "volunteers"}


def test_decisions_are_counted_over_the_papers_one_decides_on(cast, look):
    olga, ines = (look(person, "decisions/").context["board"] for person in (cast.olga, cast.ines))
    assert [row.paper.number for row in olga.rows] == [1, 2]
    assert [row.paper.number for row in ines.rows] == [2]
    assert (ines.not_free, ines.sealed) == (1, 0)
    page = text(look(cast.ines, "papers/"))
    assert cast.decision.get_status_display().lower() in page.split("<tbody>")[1].lower()
    head = text(look(cast.ines, f"papers/{cast.paper.number}/")).split("</header>")[1]
    assert f"{cast.decision.outcome.label}, {cast.decision.get_status_display().lower()}" in head


def test_the_log_tells_no_identity_to_an_institutional_organizer(cast, look):
    olga, ines, otto = (look(person, "log/").context["page"].lines for person in (cast.olga, cast.ines, cast.otto))
    assert cast.rui.name in {line.by for line in olga if line.paper == 1}
    assert {line.by for line in ines if line.paper == 1} & {cast.rui.name, cast.rae.name, cast.mara.name} == set()
    seen = {line.text for line in ines if line.paper == 1} & {"Decided tentatively", "Assigned a reviewer"}
    assert seen == {"Decided tentatively"}
    assert [line.text for line in otto if line.paper == cast.ottos_paper.number] == []


@pytest.mark.parametrize("person", ["ines", "otto"])
@pytest.mark.parametrize(
    "action", ["decide/", "decision/confirm/", "assign/", "handler/", "conflicts/", "conflicts/settle/"]
)
def test_nobody_acts_on_a_paper_they_are_not_free_on(cast, do, person, action):
    paper = {"ines": cast.paper, "otto": cast.ottos_paper}[person]
    before = (Decision.objects.count(), paper.conflicts.count(), paper.assignments.count())
    assert do(getattr(cast, person), f"papers/{paper.number}/{action}").status_code == 404
    assert do(getattr(cast, person), f"decisions/{paper.number}/").status_code == 404
    assert (Decision.objects.count(), paper.conflicts.count(), paper.assignments.count()) == before


def test_only_organizers_have_the_desk(cast, look, client):
    for person in (cast.ada, cast.rui, cast.mara, cast.zed):
        assert look(person).status_code == 404
        assert look(person, "papers/1/").status_code == 404
    assert look(cast.opal).status_code == 404
    client.logout()
    assert client.get("/admin/w/neurreps/").status_code == 302
