"""Who may see a decision, and what opens once it is told."""

from django.db.models import Exists, OuterRef, Q

from access.registry import gate, grant, through
from access.rights import visible_to
from access.viewer import Viewer
from decisions.models import Decision, Outcome, Release
from decisions.states import TOLD, DecisionStatus
from reviews.access import chairing, reviewing
from reviews.models import Review
from reviews.states import ReviewStatus
from submissions.access import authoring
from submissions.models import Submission
from workshops.access import organizing
from workshops.models import Workshop


def told() -> Q:
    """Papers whose authors know the decision."""
    return Q(Exists(Decision.objects.filter(submission=OuterRef("pk"), status__in=TOLD)))


@grant(Submission, "released")
def authors_once_told(viewer: Viewer) -> Q:
    return authoring(viewer) & told()


@grant(Submission, "released")
def reviewers_once_told(viewer: Viewer) -> Q:
    return (reviewing(viewer) | chairing(viewer)) & told()


@grant(Submission, "released", "row", "file", "authors")
def organizers_once_told(viewer: Viewer) -> Q:
    """After release the decision and the camera-ready must be worked on, by organizers of any level."""
    return organizing(viewer) & told()


@grant(Submission, "authors")
def reviewers_who_learn_the_authors(viewer: Viewer) -> Q:
    return reviewing(viewer) & told() & Q(workshop__authors_may_be_revealed=True)


@grant(Review, "row")
def authors_after_release(viewer: Viewer) -> Q:
    released = Submission.objects.filter(authoring(viewer) & told()).values("pk")
    return Q(status=ReviewStatus.SUBMITTED, assignment__submission__in=released)


@grant(Decision, "row")
def tentative_decisions(viewer: Viewer) -> Q:
    waiting = (DecisionStatus.TENTATIVE, DecisionStatus.CONFIRMED)
    return Q(status__in=waiting, submission__in=visible_to(viewer, "tentative", Submission).values("pk"))


@grant(Decision, "row")
def told_decisions(viewer: Viewer) -> Q:
    return Q(status__in=TOLD, submission__in=visible_to(viewer, "released", Submission).values("pk"))


through(Outcome, "track__workshop", Workshop, "staff")
through(Outcome, "track__workshop", Workshop, "settings", gives="settings")
through(Release, "workshop", Workshop, "staff")
gate(Decision, "submission", Submission, "identities")
