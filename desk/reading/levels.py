"""How close an organizer is to each paper, and what a desk page may count for them.

Four levels: free, institutional, personal, author. The line of a paper is *open* to the first two, and to all four once
the authors were told; else it is *sealed*: number, title, track and who handles it, and nothing of it is counted.
"""

from collections.abc import Iterable

from django.db.models import BooleanField, Case, CharField, Q, QuerySet, Value, When

from access.registry import right
from access.viewer import Viewer
from decisions.access import told
from submissions.access import authoring, institutional
from submissions.models import Conflict, Submission
from submissions.states import Level


def open_line(viewer: Viewer) -> Q:
    """Papers whose line is shown and counted. One's own paper is sealed on the desk until it is told."""
    return right(Submission, "row", viewer) & ~(authoring(viewer) & ~told())


def assessed(viewer: Viewer) -> Q:
    """Papers whose reviews and scores are shown and counted on the desk; never one's own."""
    return right(Submission, "reviews", viewer) & ~authoring(viewer)


def flag(condition: Q) -> Case:
    """A condition as an annotation that is true or false."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def level(viewer: Viewer) -> Case:
    """The level as an annotation."""
    return Case(
        When(authoring(viewer), then=Value(Level.AUTHOR.value)),
        When(right(Submission, "act", viewer), then=Value(Level.FREE.value)),
        When(institutional(viewer), then=Value(Level.INSTITUTIONAL.value)),
        default=Value(Level.PERSONAL.value),
        output_field=CharField(),
    )


def papers_on_desk(workshop_id: int, viewer: Viewer) -> "QuerySet[Submission]":
    """The papers whose line is open to the viewer."""
    return Submission.objects.of(workshop_id).filter(open_line(viewer))


def sealed_papers(workshop_id: int, viewer: Viewer) -> "QuerySet[Submission]":
    """The papers that are sealed from the viewer: number, title and track may be read, nothing else."""
    return Submission.objects.of(workshop_id).filter(right(Submission, "title", viewer)).exclude(open_line(viewer))


def in_words(conflicts: Iterable[Conflict]) -> list[str]:
    """Why somebody has a conflict with a paper."""
    return [row.get_reason_display() for row in sorted(conflicts, key=lambda row: row.reason)]
