"""A proposal as a whole: who may publish, undo or discard it, and its lines in the log."""

from access.viewer import Viewer, acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from reviews.models import AssignmentRun
from reviews.problem import papers_of_run
from submissions.models import Submission
from submissions.states import SubmissionStatus


def sees_whole(run: AssignmentRun, viewer: Viewer) -> bool:
    """Is the viewer free on every paper of the run, and on every paper of its pairs? Two queries."""
    free = set(papers_of_run(run.workshop_id, None, viewer).values_list("pk", flat=True))
    gone = Submission.objects.filter(workshop=run.workshop_id).exclude(status=SubmissionStatus.SUBMITTED)
    ids = set(run.params.get("papers", [])) | set(run.pairs.values_list("submission", flat=True))
    return ids - set(gone.values_list("pk", flat=True)) <= free


def require_whole(run: AssignmentRun, by: User | None) -> None:
    if not sees_whole(run, acting(by)):
        raise Refused("This proposal is another organizer's to publish, undo or throw away: it is over other papers.")


def log_run(action: str, run: AssignmentRun, by: User | None) -> None:
    record(action, by=by, root_type=Root.WORKSHOP, root_id=run.workshop_id, aspect="staff", about=run)
