"""What the page about the authors of a paper shows, read in a fixed number of statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from audit.errors import Refused
from submissions.author_rules import check_may_arrange
from submissions.models import AuthorListRequest, Authorship, Submission
from submissions.services.tell import asker_of
from submissions.states import DISPUTES, AuthorshipStatus, RequestKind, RequestStatus, SubmissionStatus
from workshops.deadlines import window
from workshops.states import DeadlineKind

TONES = {
    AuthorshipStatus.LISTED: ("Has not answered yet", "neutral"),
    AuthorshipStatus.CLAIMED: ("Confirmed", "good"),
    AuthorshipStatus.DISOWNED: ("Said “this is not me”", "warn"),
}
ENDS = {
    RequestStatus.OPEN: ("Waits for the organizers", "warn"),
    RequestStatus.GRANTED: ("Granted", "good"),
    RequestStatus.REFUSED: ("Refused", "bad"),
    RequestStatus.TAKEN_BACK: ("Taken back", "neutral"),
}


@dataclass(frozen=True)
class AuthorLine:
    pk: int
    name: str
    email: str
    affiliation: str
    corresponding: bool
    words: str
    tone: str
    may_be_told_again: bool


@dataclass(frozen=True)
class RequestLine:
    """What was asked. The words of a dispute are for the organizers alone; ``reason`` is empty for others then."""

    pk: int
    text: str
    by: str
    at: datetime
    reason: str
    status: str
    words: str
    tone: str
    answer: str
    answered_at: datetime | None
    mine: bool
    locks: bool

    @property
    def is_open(self) -> bool:
        return self.status == RequestStatus.OPEN


@dataclass(frozen=True)
class AuthorsPage:
    authors: tuple[AuthorLine, ...]
    rows: tuple[Authorship, ...]
    requests: tuple[RequestLine, ...]
    is_submitted: bool
    by_request: bool
    locked: bool
    may_arrange: bool
    why_not: str

    @property
    def may_ask(self) -> bool:
        return self.is_submitted and self.by_request and not self.locked


def read_authors(submission: Submission, *, viewer_id: int, now: datetime) -> AuthorsPage:
    """The list, what is asked about it, and what may be done to it now. At most five statements."""
    rows = tuple(submission.authorships.all())
    requests = read_requests(submission, viewer_id=viewer_id, acts=False)
    submitted = submission.status == SubmissionStatus.SUBMITTED
    entry = window(submission.workshop_id, DeadlineKind.SUBMISSION, submission.track_id, at=now)
    why_not = _why_not_arranged(submission, now)
    return AuthorsPage(
        authors=tuple(_line(row, submission) for row in rows),
        rows=rows,
        requests=requests,
        is_submitted=submitted,
        by_request=bool(entry.is_late),
        locked=any(line.is_open and line.locks for line in requests),
        may_arrange=not why_not,
        why_not=why_not,
    )


def read_requests(submission: Submission, *, viewer_id: int, acts: bool) -> tuple[RequestLine, ...]:
    """What was asked, newest first. One statement."""
    found = AuthorListRequest.objects.filter(submission=submission).select_related("by").order_by("-at", "-pk")
    return lines_of(found, viewer_id=viewer_id, acts=acts)


def lines_of(requests: Iterable[AuthorListRequest], *, viewer_id: int, acts: bool) -> tuple[RequestLine, ...]:
    """The same, from rows with whoever asked (``by``)."""
    return tuple(_request(request, viewer_id, acts) for request in requests)


def text_of(request: AuthorListRequest) -> str:
    """What is asked, as a heading."""
    return {
        RequestKind.ADD: f"Add {request.who}",
        RequestKind.REMOVE: f"Take {request.who} off the list",
        RequestKind.NOT_ME: f"{request.who}: “this is not me”",
        RequestKind.MISSING: f"{request.who}: “I am missing”",
    }[RequestKind(request.kind)]


def _why_not_arranged(submission: Submission, now: datetime) -> str:
    try:
        check_may_arrange(submission, now)
    except Refused as refusal:
        return refusal.sentence
    return ""


def _line(row: Authorship, submission: Submission) -> AuthorLine:
    words, tone = TONES[AuthorshipStatus(row.status)]
    waiting = row.status == AuthorshipStatus.LISTED and bool(row.email) and submission.submitted_at is not None
    alive = submission.status == SubmissionStatus.SUBMITTED
    if not row.email:
        words = "Without an address: not asked"
    elif submission.submitted_at is None and row.status == AuthorshipStatus.LISTED:
        words = "Is asked once the paper is submitted"
    return AuthorLine(row.pk, row.name, row.email, row.affiliation, row.corresponding, words, tone, waiting and alive)


def _request(request: AuthorListRequest, viewer_id: int, acts: bool) -> RequestLine:
    words, tone = ENDS[RequestStatus(request.status)]
    return RequestLine(
        pk=request.pk,
        text=text_of(request),
        by=asker_of(request),
        at=request.at,
        reason=request.reason if acts or request.kind not in DISPUTES else "",
        status=request.status,
        words=words,
        tone=tone,
        answer=request.answer,
        answered_at=request.answered_at,
        mine=request.by_id is not None and request.by_id == viewer_id,
        locks=request.kind in DISPUTES,
    )
