"""Confirm many decisions at once."""

from django.db import transaction

from access.registry import right
from access.rights import require
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused
from decisions.models import Decision
from decisions.rules import needs_second_person
from decisions.services.decide import confirm
from decisions.states import DecisionStatus
from submissions.models import Submission
from workshops.models import Track, Workshop


def confirm_all(*, workshop: Workshop, by: User, track: Track | None = None) -> int:
    """Confirm every tentative decision that ``by`` may confirm. Returns how many; what changed meanwhile is left."""
    viewer = Viewer(by)
    require(viewer, "staff", workshop)
    papers = Submission.objects.of(workshop.pk).filter(right(Submission, "act", viewer))
    if track is not None:
        papers = papers.filter(track=track)
    waiting = Decision.objects.filter(status=DecisionStatus.TENTATIVE, submission__in=papers.values("pk"))
    if needs_second_person(workshop):
        waiting = waiting.exclude(decided_by=by)
    done = 0
    for decision in waiting.select_related("submission__workshop"):
        try:
            with transaction.atomic():
                confirm(decision=decision, by=by)
        except Refused:
            continue
        done += 1
    return done
