"""A proposal as a whole: who may publish, undo or discard it, and its lines in the log."""

from django.db.models import Q, QuerySet

from access.prepared import prepared
from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from reviews.loads import free_papers
from reviews.models import AssignmentRun, ProposedPair
from submissions.models import Submission
from submissions.states import SubmissionStatus


@prepared
def _hidden(viewer: Viewer, workshop_id: int, run_id: int, papers: list[int]) -> QuerySet:
    """A paper of the run, or of its pairs, that the viewer is not free on."""
    of_pairs = ProposedPair.objects.filter(run=run_id).values("submission")
    rows = Submission.objects.filter(Q(pk__in=papers) | Q(pk__in=of_pairs), workshop=workshop_id)
    rows = rows.filter(status=SubmissionStatus.SUBMITTED)
    return rows.exclude(pk__in=free_papers(viewer, workshop_id).values("pk")).values_list("pk", flat=True)[:1]


def sees_whole(run: AssignmentRun, viewer: Viewer) -> bool:
    """Is the viewer free on every paper of the run, and on every paper of its pairs? One query."""
    return not _hidden(viewer, run.workshop_id, run.pk, run.params.get("papers", []))


def require_whole(run: AssignmentRun, by: User | None) -> None:
    if not sees_whole(run, acting(by)):
        raise Refused("This proposal is another organizer's to publish, undo or throw away: it is over other papers.")


def log_run(action: str, run: AssignmentRun, by: User | None) -> None:
    record(
        action,
        by=by,
        root_type=Root.WORKSHOP,
        root_id=run.workshop_id,
        aspect="staff",
        about=run,
        data={"proposal": run.number},
    )
