"""One handler a paper: free, evenly, always the same."""

from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied

from access.rights import may
from access.viewer import Viewer
from audit.errors import Refused
from audit.models import Entry
from submissions.importing.records import ImportedAuthor, ImportedPaper
from submissions.models import Handler, Submission
from submissions.services.conflicts import set_conflict
from submissions.services.handlers import appoint_handler, appoint_handlers
from submissions.services.import_papers import import_papers
from tests.submissions.stage import make_stage, member, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_stage()


def papers(stage, count: int, domain: str = "away") -> list[Submission]:
    records = [
        ImportedPaper(
            key=f"{domain}{number}",
            title=f"Paper {number}",
            abstract="",
            authors=(ImportedAuthor("Ann", "", f"A{number}", email=f"ann{number}@{domain}{number}.test"),),
        )
        for number in range(count)
    ]
    return import_papers(workshop=stage.workshop, track=stage.track, papers=records, by=stage.olga)


def handlers() -> dict[int, int]:
    return dict(Handler.objects.filter(until=None).order_by("submission").values_list("submission", "user"))


def test_papers_are_spread_evenly_over_free_organizers(stage) -> None:
    otto, uma = member(stage, "Otto", "organizer"), member(stage, "Uma", "organizer")
    papers(stage, 9)
    assert appoint_handlers(workshop=stage.workshop, by=stage.olga) == 9
    assert Counter(handlers().values()) == {stage.olga.pk: 3, otto.pk: 3, uma.pk: 3}
    assert not Handler.objects.filter(sole=True).exists()


def test_conflicted_organizer_handles_nothing_of_it(stage) -> None:
    member(stage, "Otto", "organizer", email="otto@ada.test")
    paper = submitted(stage)
    appoint_handlers(workshop=stage.workshop, by=stage.olga)
    post = Handler.objects.get(submission=paper)
    assert (post.user, post.sole) == (stage.olga, True)


def test_paper_that_nobody_is_free_on_stays_without_and_is_listed(stage) -> None:
    stage.olga.affiliations.create(name="Uni", domain="ada.test")
    paper = submitted(stage)
    assert appoint_handlers(workshop=stage.workshop, by=stage.olga) == 0
    assert list(Submission.objects.without_handler()) == [paper]


def test_second_run_appoints_nobody(stage) -> None:
    papers(stage, 3)
    appoint_handlers(workshop=stage.workshop, by=stage.olga)
    before = handlers()
    assert appoint_handlers(workshop=stage.workshop, by=stage.olga) == 0
    assert handlers() == before


def test_same_facts_give_the_same_handlers(stage) -> None:
    member(stage, "Otto", "organizer")
    papers(stage, 7)
    appoint_handlers(workshop=stage.workshop, by=stage.olga)
    first = handlers()
    Handler.objects.all().delete()
    appoint_handlers(workshop=stage.workshop, by=stage.olga)
    assert handlers() == first


def test_handler_with_a_conflict_found_late_gives_the_paper_up_at_once(stage) -> None:
    [paper] = papers(stage, 1)
    appoint_handlers(workshop=stage.workshop, by=stage.olga)
    otto = member(stage, "Otto", "organizer")
    set_conflict(submission=paper, user=stage.olga, reason="organizer", state="confirmed", by=otto, why="Family.")
    assert handlers() == {paper.pk: otto.pk}
    assert appoint_handlers(workshop=stage.workshop, by=otto) == 0
    told = Entry.objects.filter(action__startswith="handler.").order_by("pk")
    assert list(told.values_list("action", flat=True)) == [
        "handler.appointed_sole",
        "handler.ended",
        "handler.appointed_sole",
    ]


def test_handler_is_changed_by_a_free_organizer_to_a_free_organizer(stage) -> None:
    otto, cleo = member(stage, "Otto", "organizer"), member(stage, "Cleo", "organizer", email="cleo@away0.test")
    [paper] = papers(stage, 1)
    appoint_handlers(workshop=stage.workshop, by=stage.olga)
    post = appoint_handler(submission=paper, user=otto, by=stage.olga, reason="Olga is away.")
    assert (handlers(), post.reason) == ({paper.pk: otto.pk}, "Olga is away.")
    with pytest.raises(Refused, match="Cleo Example is not free on paper #1"):
        appoint_handler(submission=paper, user=cleo, by=stage.olga)
    with pytest.raises(PermissionDenied):
        appoint_handler(submission=paper, user=otto, by=cleo)


def test_same_handler_again_is_no_new_post(stage) -> None:
    [paper] = papers(stage, 1)
    posts = [appoint_handler(submission=paper, user=stage.olga, by=stage.olga) for _ in range(2)]
    assert posts[0] == posts[1]


def test_author_does_not_learn_the_handler(stage) -> None:
    paper = submitted(stage)
    post = appoint_handler(submission=paper, user=stage.olga, by=stage.olga)
    assert (may(Viewer(stage.olga), "row", post), may(Viewer(stage.ada), "row", post)) == (True, False)
