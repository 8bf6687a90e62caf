"""Why a paper that is being reviewed stays in its track: its reviews answer that track's questions."""

from collections.abc import Sequence

from django.db.models import Count

from reviews.models import Review
from submissions.models import Submission


def no_transfer_once_reviewed(papers: Sequence[Submission]) -> dict[int, str]:
    """One query. Drafts count too: their writers would find other questions under their answers."""
    begun = Review.objects.filter(assignment__submission__in=[paper.pk for paper in papers])
    rows = begun.values("assignment__submission").annotate(n=Count("pk"))
    return {row["assignment__submission"]: "Reviews of it are begun, on the form of its track." for row in rows}
