"""Which papers the public may read about."""

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from decisions.states import TOLD, OutcomeKind
from submissions.models import Authorship, Submission
from submissions.states import AuthorshipStatus, SubmissionStatus


def accepted(workshop_id: int) -> "QuerySet[Submission]":
    """Accepted papers whose authors were told, in the order of their tracks and numbers.

    A tentative, confirmed or held decision tells nothing here, and neither does a paper that was withdrawn or whose
    list of authors is disputed.
    """
    papers = Submission.objects.of(workshop_id).undisputed()
    return papers.filter(
        status=SubmissionStatus.SUBMITTED,
        decision__status__in=TOLD,
        decision__released_at__lte=timezone.now(),
        decision__outcome__kind=OutcomeKind.ACCEPT,
    )


def with_authors(papers: "QuerySet[Submission]") -> "QuerySet[Submission]":
    """The same with ``shown_authors``, without those who said that they are none. One more query."""
    authors = Authorship.objects.exclude(status=AuthorshipStatus.DISOWNED).order_by("position", "id")
    return papers.prefetch_related(Prefetch("authorships", authors, to_attr="shown_authors"))
