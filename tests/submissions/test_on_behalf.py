"""An organizer enters a paper for its authors: when it counts from, who is told, whose it becomes."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from access.rights import may
from access.viewer import Viewer
from audit.errors import Refused
from audit.models import Entry
from notifications.models import Message
from submissions.models import Submission
from submissions.services.on_behalf import enter_paper
from submissions.services.save import AuthorData
from tests.factories import Cast, pdf, run_jobs
from workshops.models import Deadline

pytestmark = pytest.mark.django_db


def enter(cast: Cast, **given: Any) -> Submission:
    content = io.BytesIO(pdf("By mail"))
    authors = [AuthorData(family="New", email="new@new.test"), AuthorData(given="Zed", email=cast.zed.email)]
    values: dict[str, Any] = {
        "workshop": cast.workshop,
        "track": cast.track,
        "by": cast.olga,
        "title": "Sent by mail",
        "abstract": "What we found.",
        "authors": authors,
        "upload": content,
        "name": "paper.pdf",
        "counts_from": timezone.now(),
        "reason": "The upload failed.",
    }
    return enter_paper(**(values | given))


def test_an_entered_paper_is_submitted_from_the_instant_it_arrived_and_its_authors_are_told(cast: Cast) -> None:
    at = timezone.now()
    paper = enter(cast, counts_from=at)
    run_jobs()

    paper.refresh_from_db()
    assert (paper.status, paper.submitted_at, paper.current.status) == ("submitted", at, "in_time")
    told = Message.objects.filter(kind="entered").values_list("address", flat=True)
    assert sorted(told) == sorted(["new@new.test", cast.zed.email])
    assert Message.objects.filter(kind="listed_as_author", root_id=paper.pk).count() == 0
    assert Entry.objects.get(action="submission.entered").actor == cast.olga


def test_the_organizer_gets_no_right_of_an_author(cast: Cast) -> None:
    paper = enter(cast)

    assert (may(Viewer(cast.olga), "own", paper), may(Viewer(cast.zed), "own", paper)) == (False, True)


def test_after_the_deadline_it_is_marked_as_late(cast: Cast, day: timedelta) -> None:
    rows = Deadline.objects.filter(workshop=cast.workshop, kind="submission")
    rows.update(at=timezone.now() - day, opens_at=timezone.now() - 9 * day)
    late = enter(cast)
    in_time = enter(cast, title="Another", counts_from=timezone.now() - 2 * day)

    assert [paper.current.status for paper in (late, in_time)] == ["accepted", "in_time"]


def tomorrow() -> datetime:
    return timezone.now() + timedelta(days=1)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"title": " "}, "title"),
        ({"counts_from": tomorrow}, "counts_from"),
        ({"authors": [AuthorData(family="New")]}, "authors"),
        ({"upload": io.BytesIO(b"")}, "file"),
    ],
)
def test_what_does_not_go_is_refused_at_its_field(cast: Cast, given: dict[str, Any], field: str) -> None:
    before = Submission.objects.count()
    made = {name: value() if callable(value) else value for name, value in given.items()}

    with pytest.raises(Refused) as refusal:
        enter(cast, **made)

    assert (refusal.value.field, Submission.objects.count()) == (field, before)


def test_nobody_enters_a_paper_of_their_own_or_twice_or_without_being_an_organizer(cast: Cast) -> None:
    enter(cast)

    with pytest.raises(Refused):
        enter(cast)
    with pytest.raises(Refused):
        enter(cast, title="Mine", authors=[AuthorData(family="O", email=cast.olga.email)])
    with pytest.raises(PermissionDenied):
        enter(cast, by=cast.mara)
