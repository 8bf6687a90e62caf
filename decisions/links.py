"""What this app hangs on a paper: the decision and the reviews, on the authors' page, once they are told."""

from access.rights import may
from access.viewer import Viewer
from decisions.reading import decision_for_authors, reviews_for_authors
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
