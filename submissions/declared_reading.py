"""What the authors' page shows of a question about whom they have named: plain data."""

from dataclasses import dataclass

from access.rights import may
from access.viewer import Viewer
from submissions.links import Section
from submissions.models import ConflictRequest, Submission
from submissions.states import AskedKind

TEMPLATE = "submissions/declared_section.html"


@dataclass(frozen=True)
class Question:
    pk: int
    person: str
    reason: str


def declared_section(viewer: Viewer, submission: Submission) -> Section | None:
    """For the authors of the paper, while something is asked. Three queries where something is, and else none.

    ``submission`` comes from reading.papers_for_authors.
    """
    if not submission.is_asked:  # type: ignore[attr-defined]  # annotated there
        return None
    rows = submission.conflict_requests.open().filter(kind=AskedKind.DECLARED).select_related("user").order_by("pk")
    asked = list(rows)
    if not asked or not may(viewer, "own", submission):
        return None
    mine = submission.authorships.filter(user=viewer.id, corresponding=True).exists()
    context = {
        "questions": [_question(row) for row in asked],
        "may_answer": mine,
        "slug": submission.workshop.slug,
        "number": submission.number,
    }
    return Section(TEMPLATE, context)


def _question(row: ConflictRequest) -> Question:
    return Question(row.pk, row.user.name if row.user else "", row.reason)
