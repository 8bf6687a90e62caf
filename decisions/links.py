"""What this app hangs on a paper: the decision and the reviews, on the authors' page, once they are told; and that a
decided paper stays in its track."""

from collections.abc import Sequence

from access.rights import may
from access.viewer import Viewer
from decisions.models import Decision
from decisions.reading import decision_for_authors, reviews_for_authors
from decisions.states import TOLD
from submissions.links import Section
from submissions.models import Submission

TEMPLATE = "decisions/paper_section.html"


def told_section(viewer: Viewer, submission: Submission) -> Section | None:
    """For the authors of the paper, and for nobody before they are told. At most seven queries."""
    if not (may(viewer, "own", submission) and may(viewer, "released", submission)):
        return None
    decision = decision_for_authors(submission)
    if decision is None:
        return None
    reviews = reviews_for_authors([submission.pk]).get(submission.pk, [])
    contact = submission.workshop.contact
    context = {"decision": decision, "reviews": reviews, "contact": contact}
    return Section(TEMPLATE, context, ends=True)


def no_transfer_once_decided(papers: Sequence[Submission]) -> dict[int, str]:
    """An outcome belongs to its track. One query."""
    decided = Decision.objects.filter(submission__in=[paper.pk for paper in papers])
    return {
        paper: "Its authors know what was decided." if status in TOLD else "It is decided; make it undecided first."
        for paper, status in decided.values_list("submission_id", "status")
    }
