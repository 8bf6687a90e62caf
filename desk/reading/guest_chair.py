"""The papers of a guest chair, as lines of My desk."""

from django.urls import reverse

from access.registry import right
from access.viewer import Viewer
from decisions.models import Decision
from submissions.models import Handler, Submission
from submissions.states import HandlerKind, SubmissionStatus


def guest_papers(viewer: Viewer) -> list[tuple[Submission, bool, str]]:
    """Each with whether it is decided, and its page. Two queries."""
    posts = Handler.objects.filter(
        user=viewer.id,
        until=None,
        kind=HandlerKind.GUEST,
        submission__in=Submission.objects.filter(right(Submission, "act", viewer)).values("pk"),
    )
    rows = list(posts.select_related("submission__workshop", "submission__track").order_by("submission"))
    papers = [row.submission for row in rows if row.submission.status == SubmissionStatus.SUBMITTED]
    decided = set(Decision.objects.filter(submission__in=papers).values_list("submission", flat=True))
    return [
        (one, one.pk in decided, reverse("desk:guest_paper", args=[one.workshop.slug, one.number])) for one in papers
    ]
