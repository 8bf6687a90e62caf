"""The organizers' answer to what was saved after a soft deadline."""

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from audit.transitions import move
from submissions.author_rules import is_locked, same_people
from submissions.models import Revision, Submission
from submissions.services import conflicts, disclosures, tell, tell_dates
from submissions.services.revisions import content_now, content_of, make_current
from submissions.services.save import write_content
from submissions.services.submit import submit_if_complete
from submissions.states import REVISION_MOVES, RevisionStatus, SubmissionStatus
from workshops.instants import aoe
from workshops.models import Topic, Track

LONGEST_REASON = 2000


def answer_late(*, revision: Revision, by: User | None, accept: bool, reason: str = "") -> Submission:
    """Accept a late save: it is the paper from now on, and a draft that is complete by it is submitted, counted from
    the first byte of the save. Or refuse it, with a reason that the authors read; a refused one can still be accepted.

    It speaks for the whole of what was kept: older late saves, on which this one builds, are answered with it. All
    authors are told. Raises Refused when the paper was saved in time since, or is withdrawn, and StaleState when it was
    answered already.
    """
    require(acting(by), "act", revision.submission)
    reason = reason.strip()
    if not accept and not reason:
        raise Refused("Say why it does not count; its authors will read it.", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"The reason has {len(reason)} characters; at most {LONGEST_REASON} fit.", field="reason")
    with transaction.atomic():
        row = (
            Submission.objects.select_for_update(of=("self",))
            .select_related("current", "track")
            .get(pk=revision.submission_id)
        )
        late = Revision.objects.select_related("pdf", "saved_by").get(pk=revision.pk)
        _check(row, late, accept)
        to = RevisionStatus.ACCEPTED if accept else RevisionStatus.REFUSED
        move(late, to, REVISION_MOVES, answer=reason)
        for older in Revision.objects.filter(submission=row, number__lt=late.number).late():
            move(older, to, REVISION_MOVES)
        record(
            "submission.late_accepted" if accept else "submission.late_refused",
            by=by,
            root_type=Root.SUBMISSION,
            root_id=row.pk,
            aspect="authors",
            about=late,
            data={"revision": late.number},
        )
        if accept:
            _become(row, late)
        tell_dates.late_answered(row, late, accepted=accept, reason=reason)
    revision.status = late.status
    return row


def _check(row: Submission, late: Revision, accept: bool) -> None:
    open_to_answer = {RevisionStatus.LATE, RevisionStatus.REFUSED} if accept else {RevisionStatus.LATE}
    if late.status not in open_to_answer:
        raise StaleState(f"This save was answered already: {late.get_status_display().lower()}.")
    if row.status not in (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED):
        raise Refused(f"This paper is {row.get_status_display().lower()}; there is nothing to accept or to refuse.")
    if row.current is not None and row.current.number > late.number:
        raise Refused(
            f"The paper was saved since, on {aoe(row.current.received_at)}, and that counts. An older save cannot "
            "replace it."
        )


def _become(row: Submission, late: Revision) -> None:
    """Make the paper what was saved late. What has changed since by another way stays: topics that are gone, people who
    came or went by request, a list of authors that is disputed."""
    content = content_of(late)
    people = list(row.authorships.all())
    if row.status == SubmissionStatus.SUBMITTED and (is_locked(row) or not same_people(people, content["authors"])):
        content["authors"] = content_now(row)["authors"]
    topics = Topic.objects.filter(workshop=row.workshop_id, pk__in=content["topics"])
    content["topics"] = sorted(topics.values_list("pk", flat=True))
    track = Track.objects.get(pk=content["track"])
    answered = disclosures.read_answers(row, track, content["answers"])
    write_content(row, content, track, None)
    disclosures.write_answers(row, answered)
    make_current(row, late)
    conflicts.find_conflicts(workshop=row.workshop, by=None, submission=row)
    if not submit_if_complete(submission=row, by=late.saved_by) and row.status == SubmissionStatus.SUBMITTED:
        tell.receipt(row, to=late.saved_by)
        tell.listed_as_author(row, by=late.saved_by)
