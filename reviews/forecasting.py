"""What the forecast (reviews.forecast) is made from, as one organizer may see it."""

from datetime import datetime, timedelta

from django.db.models import Avg, Count, Q, QuerySet, Sum

from access.rights import visible_to
from access.viewer import Viewer
from reviews.forecast import Forecast, Season
from reviews.loads import free_papers
from reviews.models import Assignment, Invitation
from reviews.rules import open_reviewers
from reviews.states import REVIEWING, InvitationStatus, ReviewStatus
from submissions.models import Submission
from submissions.states import SubmissionStatus
from workshops.models import Track, Workshop
from workshops.states import Role

SILENT_AFTER = timedelta(days=14)
USUAL_LOAD = 4.0


def forecast_of(
    viewer: Viewer, workshop: Workshop, at: datetime, *, lines: "QuerySet[Submission]", papers: int | None = None
) -> Forecast:
    """Four queries. ``lines``: the papers that are counted for the viewer. ``papers``: how many are expected, if more
    than are in.
    """
    people = open_reviewers(workshop.pk).aggregate(n=Count("pk"), most=Sum("load_max"), usual=Avg("load_max"))
    due, delivered = _delivered(viewer, workshop, at)
    season = Season(
        wanted=_wanted(workshop, lines, papers),
        reviewers=people["n"],
        capacity=people["most"] or 0,
        load=people["usual"] or USUAL_LOAD,
        due=due,
        delivered=delivered,
        **_answers(viewer, workshop, at),
    )
    return Forecast(season)


def _wanted(workshop: Workshop, lines: "QuerySet[Submission]", expected: int | None) -> int:
    """Reviews wanted for the papers that are in; or for as many as are expected, in the tracks' present proportion."""
    shown = lines.filter(status=SubmissionStatus.SUBMITTED)
    tracks = Track.objects.filter(workshop=workshop).annotate(
        n=Count("submissions", filter=Q(submissions__in=shown.values("pk")))
    )
    found = list(tracks.values_list("reviews_per_paper", "n"))
    papers, reviews = sum(n for _, n in found), sum(each * n for each, n in found)
    if expected is None:
        return reviews
    usual = reviews / papers if papers else max((each for each, _ in found), default=0)
    return round(expected * usual)


def _answers(viewer: Viewer, workshop: Workshop, at: datetime) -> dict[str, int]:
    """How many invited reviewers agreed, declined, stayed silent and may still answer."""
    rows = visible_to(viewer, "row", Invitation).filter(workshop=workshop, role=Role.REVIEWER)
    sent = Q(status=InvitationStatus.SENT)
    old = Q(asked_at__lt=at - SILENT_AFTER)
    found: dict[str, int] = rows.aggregate(
        agreed=Count("pk", filter=Q(status=InvitationStatus.ACCEPTED)),
        declined=Count("pk", filter=Q(status=InvitationStatus.DECLINED)),
        silent=Count("pk", filter=Q(status=InvitationStatus.EXPIRED) | sent & old),
        waiting=Count("pk", filter=sent & ~old),
    )
    return found


def _delivered(viewer: Viewer, workshop: Workshop, at: datetime) -> tuple[int, float]:
    """How many people had reviews due, and the sum of the shares that they have delivered."""
    rows = Assignment.objects.current().filter(
        kind__in=REVIEWING, due_at__lt=at, submission__in=free_papers(viewer, workshop.pk).values("pk")
    )
    is_in = Count("pk", filter=Q(review__status=ReviewStatus.SUBMITTED))
    found = list(rows.order_by().values("user").annotate(n=Count("pk"), done=is_in).values_list("n", "done"))
    return len(found), sum(done / n for n, done in found)
