"""What a season came to: counts by state, mails by kind."""

from typing import Any

from django.db.models import Count, QuerySet

from decisions.models import Decision
from rehearsal.season import messages_of
from reviews.models import Assignment, Invitation, Review
from submissions.models import Conflict, Submission
from submissions.querysets import SubmissionQuerySet
from workshops.models import Workshop


def summary(workshop: Workshop) -> dict[str, Any]:
    """Counts of everything that a season makes, ready for JSON."""
    papers = Submission.objects.of(workshop.pk)
    return {
        "workshop": workshop.slug,
        "papers": _by(papers, "status"),
        "invitations": _by(Invitation.objects.filter(workshop=workshop), "status"),
        "reviewers": workshop.reviewers.count(),
        "conflicts": _by(Conflict.objects.filter(submission__workshop=workshop), "state"),
        "assignments": _by(Assignment.objects.filter(submission__workshop=workshop), "status"),
        "reviews": _by(Review.objects.filter(assignment__submission__workshop=workshop), "status"),
        "papers_by_reviews": _reviews_per_paper(papers),
        "decisions": _by(Decision.objects.filter(submission__workshop=workshop), "status"),
        "outcomes": _by(Decision.objects.filter(submission__workshop=workshop), "outcome__key"),
        "mails": _by(messages_of(workshop), "kind"),
        "mails_by_state": _by(messages_of(workshop), "status"),
    }


def _by(rows: QuerySet, name: str) -> dict[str, int]:
    counted = rows.order_by().values(name).annotate(n=Count("pk", distinct=True)).order_by(name)
    return {row[name]: row["n"] for row in counted}


def _reviews_per_paper(papers: SubmissionQuerySet) -> dict[str, int]:
    counted = Review.objects.counted().filter(assignment__submission__in=papers.submitted())
    per_paper = counted.order_by().values("assignment__submission").annotate(n=Count("pk")).values_list("n", flat=True)
    found: dict[str, int] = {}
    for n in per_paper:
        found[str(n)] = found.get(str(n), 0) + 1
    none = papers.submitted().count() - sum(found.values())
    return found | ({"0": none} if none else {})
