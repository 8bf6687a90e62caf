"""Move a paper to another track, say what that changes, and take it back.

While the paper's own track takes papers, an organizer moves it and its authors can move it back themselves. After the
deadline they cannot, and a track decides how long, how blind and how final a paper is: then it is moved with their
word only, which the organizer asks for and vouches for (``agreed``).
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Entry, Root
from audit.services.record import record
from submissions import links
from submissions.models import Disclosure, Submission
from submissions.services import tell
from submissions.services.page_limit import note_page_limit
from submissions.services.revisions import add_revision, content_now
from submissions.states import SubmissionStatus
from workshops.deadlines import window
from workshops.models import Form, Question, Track
from workshops.states import Blinding, DeadlineKind, FormStatus

MOVED = "submission.transferred"
UNDO = timedelta(hours=24)
ALIVE = (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)


@transaction.atomic
def transfer(*, submission: Submission, track: Track, by: User | None, reason: str, agreed: bool = False) -> Submission:
    """Put the paper into the other track as a new revision. Its authors are told ten minutes later.

    Raises Refused without a reason, for a paper that cannot be moved (``obstacles`` says why), and after the deadline
    of its track unless its authors have ``agreed``.
    """
    require(acting(by), "act", submission)
    row = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("track", "workshop", "current")
        .get(pk=submission.pk)
    )
    if why := obstacles([row], track).get(row.pk):
        raise Refused(why, field="track")
    if not reason.strip():
        raise Refused("Say why the paper is moved; its authors will read it.", field="reason")
    if is_closed(row.track) and not agreed:
        raise Refused(NEEDS_WORD, field="agreed")
    before = row.track
    _move(row, track)
    record(
        MOVED,
        by=by,
        root_type=Root.SUBMISSION,
        root_id=row.pk,
        aspect="row",
        about=row,
        data={"from": before.pk, "to": track.pk, "agreed": agreed},
    )
    todo = notes([row], track).get(row.pk, [])
    tell.transferred(row, before=before, reason=reason.strip(), changes=what_changes(before, track), todo=todo)
    submission.refresh_from_db()
    return submission


NEEDS_WORD = (
    "The deadline of the paper's track is over, so its authors cannot move it back themselves. Ask them first, then "
    "say that they agree."
)


@transaction.atomic
def undo_transfer(*, submission: Submission, by: User | None) -> Submission:
    """Put the paper back into the track that it was moved from, within a day.

    A mail that still waits is cancelled; if it has left, the authors are told of this too. Raises Refused when the
    paper was not moved, or has been moved on since.
    """
    require(acting(by), "act", submission)
    row = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("track", "workshop", "current")
        .get(pk=submission.pk)
    )
    back = _moved_from(row)
    if back is None:
        raise Refused(f"Paper {row.number} was not moved in the last day, so there is nothing to take back.")
    if why := obstacles([row], back).get(row.pk):
        raise Refused(why)
    there = row.track
    _move(row, back)
    record(
        "submission.transfer_undone",
        by=by,
        root_type=Root.SUBMISSION,
        root_id=row.pk,
        aspect="row",
        about=row,
        data={"from": there.pk, "to": back.pk},
    )
    if not tell.cancel_transferred(row):
        reason = "The move was taken back."
        tell.transferred(row, before=there, reason=reason, changes=what_changes(there, back), todo=[])
    submission.refresh_from_db()
    return submission


def is_closed(track: Track) -> bool:
    """Is the deadline of this track over?"""
    return window(track.workshop_id, DeadlineKind.SUBMISSION, track.pk, at=timezone.now()).is_late


def obstacles(papers: Sequence[Submission], track: Track) -> dict[int, str]:
    """Why these papers cannot be moved there, by their keys. The same number of queries for any number of papers."""
    found = links.transfer_obstacles(papers)
    for paper in papers:
        if paper.workshop_id != track.workshop_id:
            found[paper.pk] = "That track belongs to another workshop. Choose one of this workshop."
        elif paper.track_id == track.pk:
            found[paper.pk] = f"It is in the track {track.name} already."
        elif paper.status not in ALIVE:
            found[paper.pk] = f"It is {paper.get_status_display().lower()}."
    return found


def what_changes(before: Track, after: Track) -> list[str]:
    """What is different in the other track, in sentences."""
    said = []
    if before.page_limit != after.page_limit:
        limit = f"At most {after.page_limit} pages without references" if after.page_limit else "No limit of pages"
        was = f"{before.page_limit} before" if before.page_limit else "no limit before"
        said.append(f"{limit} ({was}).")
    if before.blinding != after.blinding:
        said.append(
            "Reviewers do not learn who the authors are."
            if after.blinding == Blinding.DOUBLE
            else "Reviewers see who the authors are."
        )
    if before.archival != after.archival:
        said.append("It appears in the proceedings." if after.archival else "It does not appear in the proceedings.")
    if before.reviews_per_paper != after.reviews_per_paper:
        said.append(f"{after.reviews_per_paper} reviews are wanted ({before.reviews_per_paper} before).")
    return said


def notes(papers: Sequence[Submission], track: Track) -> dict[int, list[str]]:
    """What becomes missing or too long by the move, by the keys of the papers. Two queries, whatever the number."""
    asked = _questions(track)
    answered = _answered([paper.pk for paper in papers], asked)
    found = {}
    for paper in papers:
        said = []
        pages = paper.current.pdf.pages if paper.current and paper.current.pdf else None
        if pages and track.page_limit and pages > track.page_limit:
            said.append(f"The PDF has {pages} pages; {track.page_limit} without references are allowed.")
        if open_ones := len(set(asked) - answered.get(paper.pk, set())):
            said.append(f"{open_ones} question{'' if open_ones == 1 else 's'} of the track to answer.")
        if said:
            found[paper.pk] = said
    return found


def _questions(track: Track) -> dict[str, int]:
    """The questions that authors must answer in this track: those of its own form, else the workshop's."""
    rows = Question.objects.filter(
        version__form__workshop=track.workshop_id,
        version__form__purpose=Form.Purpose.DISCLOSURE,
        version__status=FormStatus.OPEN,
        required=True,
    )
    by_track: dict[int | None, dict[str, int]] = {}
    for key, pk, of in rows.values_list("key", "pk", "version__form__track"):
        by_track.setdefault(of, {})[key] = pk
    return by_track.get(track.pk, by_track.get(None, {}))


def _answered(papers: Iterable[int], asked: dict[str, int]) -> dict[int, set[str]]:
    keys = {pk: key for key, pk in asked.items()}
    found: dict[int, set[str]] = {}
    rows = Disclosure.objects.filter(submission__in=list(papers), question__in=list(keys))
    for paper, question in rows.values_list("submission_id", "question_id"):
        found.setdefault(paper, set()).add(keys[question])
    return found


def _move(row: Submission, track: Track) -> None:
    """The revision names nobody: authors never learn which organizer works on their paper."""
    row.track = track
    row.save(update_fields=["track"])
    content: dict[str, Any] = content_now(row)
    add_revision(row, by=None, received_at=timezone.now(), content=content)
    if row.current and row.current.pdf:
        note_page_limit(row.current.pdf, track)


def _moved_from(row: Submission) -> Track | None:
    """The track of the last move, if that has led to where the paper is, was less than a day ago and still stands."""
    moves = Entry.objects.about(Root.SUBMISSION, row.pk).filter(action__in=(MOVED, "submission.transfer_undone"))
    last = moves.first()
    if last is None or last.action != MOVED or last.data["to"] != row.track_id or timezone.now() - last.at > UNDO:
        return None
    return Track.objects.filter(pk=last.data["from"], workshop=row.workshop_id).first()
