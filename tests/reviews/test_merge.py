"""Papers, reviews, roles and conflicts of two accounts that become one."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.services.merge import Proof, merge_accounts, preview
from audit.errors import Refused
from reviews.models import Assignment, Reviewer, TopicInterest
from reviews.services.assign import assign
from submissions.models import Authorship, Conflict, WorkingCopy
from submissions.services.handlers import appoint_handlers
from submissions.states import AuthorshipStatus
from tests.reviews.stage import make_stage
from workshops.models import Membership
from workshops.services.roles import give_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Any:
    return make_stage()


def merge(kept: User, gone: User) -> None:
    shown = Proof(kept=kept.pk, gone=gone.pk, at=time.time())
    merge_accounts(kept=kept, gone=gone, by=kept, proof=shown)


def wrote(person: User, paper: Any) -> None:
    Authorship.objects.filter(submission=paper).update(user=person, status=AuthorshipStatus.CLAIMED)


def test_papers_reviews_roles_and_offers_come_along(stage: Any) -> None:
    first, second = stage.papers
    wrote(stage.rae, second)
    assign(submission=first, user=stage.rae, by=stage.olga)
    told = preview(kept=stage.rui, gone=stage.rae).moves

    merge(stage.rui, stage.rae)

    assert told == [
        "1 e-mail address",
        "1 role in a workshop",
        "1 paper",
        "1 offer to review",
        "1 assigned paper with its review",
    ]
    assert list(Assignment.objects.values_list("user", flat=True)) == [stage.rui.pk]
    assert list(second.authorships.values_list("user", flat=True)) == [stage.rui.pk]
    assert Membership.objects.open().filter(user=stage.rui).count() == 1
    assert Membership.objects.filter(user=stage.rae).count() == 0
    assert Reviewer.objects.filter(user__in=(stage.rui, stage.rae)).count() == 1


def test_what_both_offered_is_joined(stage: Any) -> None:
    one, two = (stage.workshop.topics.create(name=name, position=90) for name in ("Waves", "Knots"))
    rui, rae = (Reviewer.objects.get(user=person) for person in (stage.rui, stage.rae))
    Reviewer.objects.filter(pk=rae.pk).update(statement="I know groups.")
    TopicInterest.objects.create(reviewer=rui, topic=one)
    TopicInterest.objects.bulk_create(TopicInterest(reviewer=rae, topic=topic) for topic in (one, two))

    merge(stage.rui, stage.rae)

    rui.refresh_from_db()
    assert (rui.statement, rui.interests.count()) == ("I know groups.", 2)


def test_conflicts_are_found_anew_for_all_that_the_person_is(stage: Any) -> None:
    first, second = stage.papers
    wrote(stage.rae, second)
    Authorship.objects.create(
        submission=second, position=9, given="Ada", family="E", email="ada@ada.test", user=stage.ada
    )

    merge(stage.rui, stage.rae)

    found = Conflict.objects.filter(user=stage.rui).order_by("submission").values_list("submission", "reason", "state")
    assert list(found) == [(first.pk, "shared_paper", "confirmed"), (second.pk, "authorship", "confirmed")]


def test_of_two_conflicts_the_one_that_hides_the_paper_is_kept(stage: Any) -> None:
    paper = stage.papers[0]
    values = {"submission": paper, "reason": "declared"}
    Conflict.objects.create(user=stage.rui, state="waived", set_by=stage.olga, **values)
    Conflict.objects.create(user=stage.rae, state="confirmed", set_by=stage.otto, **values)

    merge(stage.rui, stage.rae)

    kept = Conflict.objects.get(submission=paper, reason="declared")
    assert (kept.user, kept.state, kept.set_by) == (stage.rui, "confirmed", stage.otto)


def test_newer_of_two_unsaved_texts_is_kept(stage: Any) -> None:
    paper, now = stage.papers[0], timezone.now()
    for person, text in ((stage.rui, "older"), (stage.rae, "newer")):
        at = now if text == "newer" else now - timedelta(hours=1)
        WorkingCopy.objects.create(submission=paper, user=person, data={"title": text}, version=1, received_at=at)

    merge(stage.rui, stage.rae)

    assert list(WorkingCopy.objects.values_list("user", "data__title")) == [(stage.rui.pk, "newer")]


@pytest.mark.parametrize("swapped", [False, True])
def test_reviewing_ones_own_paper_is_refused_with_the_way_out(stage: Any, swapped: bool) -> None:
    paper = stage.papers[1]
    wrote(stage.rae, paper)
    assign(submission=paper, user=stage.rui, by=stage.olga)
    pair = (stage.rae, stage.rui) if swapped else (stage.rui, stage.rae)

    with pytest.raises(Refused) as refused:
        merge(*pair)

    assert refused.value.sentence == (
        f"One of the accounts reviews #{paper.number} of {stage.workshop}, and the other wrote it. "
        "Decline the review first: it is a conflict of interest."
    )
    assert list(paper.authorships.values_list("user", flat=True)) == [stage.rae.pk]


def test_two_reviews_of_one_paper_are_refused(stage: Any) -> None:
    paper = stage.papers[0]
    for person in (stage.rui, stage.rae):
        assign(submission=paper, user=person, by=stage.olga)

    assert preview(kept=stage.rui, gone=stage.rae).refusals == [
        (
            f"Both accounts review #{paper.number} of {stage.workshop}. "
            "Decline one of the two reviews first, or ask the organizers to take one back."
        )
    ]


def test_author_listed_twice_is_refused(stage: Any) -> None:
    paper = stage.papers[1]
    wrote(stage.rae, paper)
    Authorship.objects.create(submission=paper, position=9, given="Rui", family="E", email="r@x.test", user=stage.rui)

    assert preview(kept=stage.rui, gone=stage.rae).refusals == [
        (
            f"Both accounts are authors of #{paper.number} of {stage.workshop}. "
            "Take one of the two off its list of authors first, or ask its organizers to."
        )
    ]


def test_handling_ones_own_paper_is_refused(stage: Any) -> None:
    give_role(workshop=stage.workshop, user=stage.rae, role="organizer", by=None)
    appoint_handlers(workshop=stage.workshop, by=None)
    paper = stage.papers[0]
    handler = paper.handlers.get(until=None).user
    wrote(stage.noor, paper)

    assert preview(kept=stage.noor, gone=handler).refusals == [
        (
            f"One of the accounts is responsible for #{paper.number} of {stage.workshop}, and the other wrote it. "
            "Another organizer takes it over first."
        )
    ]
