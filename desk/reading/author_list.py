"""What organizers see of a paper's list of authors, of requests about it, and of papers that look like another.

Each function says which aspect its caller has asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Q, QuerySet

from access.prepared import prepared
from access.registry import right
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import full_name
from desk.reading.levels import flag, open_line
from reviews.models import Assignment
from reviews.states import ReviewStatus
from submissions.authors_reading import RequestLine, lines_of
from submissions.models import AuthorListRequest, Authorship, Likeness, Submission
from submissions.services.author_requests import foreseen_by_each
from submissions.states import DISPUTES, AuthorshipStatus, RequestStatus
from workshops.models import Membership, Workshop


@dataclass(frozen=True)
class ForeseenConflict:
    """Somebody who would come to have a conflict; ``follows`` says what that means for the review they have."""

    name: str
    reasons: str
    follows: str


@dataclass(frozen=True)
class Waiting:
    """A request that waits, with what granting it would mean. ``seen`` are the people that the page names."""

    line: RequestLine
    conflicts: tuple[ForeseenConflict, ...]
    seen: tuple[int, ...]
    locks: bool
    own: bool
    follows: str


@dataclass(frozen=True)
class AuthorRow:
    name: str
    email: str
    affiliation: str
    words: str


@dataclass(frozen=True)
class Twin:
    """Another paper that looks like the one at hand."""

    pk: int
    number: int
    title: str
    words: str
    acts: bool


SAID = {
    AuthorshipStatus.LISTED: "has not answered yet",
    AuthorshipStatus.CLAIMED: "has confirmed it",
    AuthorshipStatus.DISOWNED: "said “this is not me”",
}
FOLLOWS = {
    "add": "They are added at the end of the list and told by mail.",
    "missing": "They are added at the end of the list, under the address that they have confirmed.",
    "remove": "They are taken off the list, and the others move up. If they were the corresponding author, the first "
    "who can be reached is that now.",
    "not_me": "They are taken off the list, and the others move up. If they were the corresponding author, the first "
    "who can be reached is that now.",
}


@dataclass(frozen=True)
class AuthorsOnDesk:
    """``paper``: the row itself, for the head of the page and for the log. ``answered``: what was asked before."""

    paper: Submission
    authors: list[AuthorRow]
    waiting: list[Waiting]
    answered: list[RequestLine]


Rows = dict[str, list[Any]]


@prepared
def _rows(viewer: Viewer, workshop_id: int, number: int) -> dict[str, QuerySet]:
    found = visible_to(viewer, "act", Submission.objects.of(workshop_id)).filter(number=number)
    paper = found.values("pk")
    asked = AuthorListRequest.objects.filter(submission__in=paper)
    members = Membership.objects.open().filter(Exists(asked.open()), workshop=workshop_id)
    holding = Assignment.objects.current().filter(submission__in=paper)
    return {
        "paper": found.select_related("track"),
        "authors": Authorship.objects.filter(submission__in=paper),
        "requests": asked.select_related("by"),
        "members": members.values_list("user", "user__given", "user__particle", "user__family"),
        "holding": holding.values_list("user", "review__status"),
    }


def read_author_list(workshop: Workshop, viewer: Viewer, number: int) -> AuthorsOnDesk | None:
    """The list, what waits with its price, and what is answered; None where the viewer does not act for the paper.

    One query; five more where somebody is to be added, for any number of them.
    """
    rows: Rows = _rows(viewer, workshop.pk, number)
    if not rows["paper"]:
        return None
    [paper] = rows["paper"]
    paper.workshop = workshop
    requests = sorted(rows["requests"], key=lambda row: (row.at, row.pk), reverse=True)
    for row in requests:
        row.submission = paper
    open_ones = {row.pk: row for row in requests if row.status == RequestStatus.OPEN}
    arisen = foreseen_by_each(paper, list(open_ones.values()))
    lines = lines_of(requests, viewer_id=viewer.id, acts=True)
    return AuthorsOnDesk(
        paper=paper,
        authors=[
            AuthorRow(row.name, row.email, row.affiliation, SAID[AuthorshipStatus(row.status)])
            for row in sorted(rows["authors"], key=lambda row: (row.position, row.pk))
        ],
        waiting=[
            _waiting(open_ones[line.pk], line, arisen[line.pk], rows, viewer) for line in lines if line.pk in open_ones
        ],
        answered=[line for line in lines if line.pk not in open_ones],
    )


def _waiting(
    request: AuthorListRequest, line: RequestLine, arisen: dict[int, set[str]], rows: Rows, viewer: Viewer
) -> Waiting:
    has = {user: HAS_IT[status == ReviewStatus.SUBMITTED] for user, status in rows["holding"]}
    people = {user: full_name(*names) for user, *names in rows["members"] if user in arisen}
    conflicts = [
        ForeseenConflict(name, ", ".join(sorted(arisen[pk])).lower(), has.get(pk, ""))
        for pk, name in sorted(people.items(), key=lambda pair: (pair[0] not in has, pair[1].casefold()))
    ]
    return Waiting(
        line=line,
        conflicts=tuple(conflicts),
        seen=tuple(sorted(arisen)),
        locks=request.kind in DISPUTES,
        own=request.by_id == viewer.id,
        follows=FOLLOWS[request.kind],
    )


HAS_IT = {
    True: "Has reviewed the paper: the review is set aside, and they no longer have it.",
    False: "Has the paper: they no longer have it, and are thanked without being told why.",
}


def open_requests(rows: Iterable[AuthorListRequest]) -> list[str]:
    """What waits for an answer, without a name, for the page where the paper is judged. Aspect ``act``."""
    return [row.get_kind_display() for row in sorted(rows, key=lambda row: row.at)]


# --- papers that look like one ----------------------------------------------------------------------------------------


def shown_likenesses(viewer: Viewer) -> "QuerySet[Likeness]":
    """Pairs of which the viewer may see both papers and their authors; nothing tells of the others."""
    seen = Submission.objects.filter(open_line(viewer), right(Submission, "authors", viewer)).values("pk")
    return Likeness.objects.unsettled().filter(first__in=seen, second__in=seen)


def twin_rows(viewer: Viewer, submission_id: int) -> "QuerySet[Likeness]":
    """Pairs with this paper, and whether the viewer acts on both. Aspect ``row``."""
    rows = shown_likenesses(viewer).filter(Q(first=submission_id) | Q(second=submission_id))
    acted = Submission.objects.filter(right(Submission, "act", viewer)).values("pk")
    return rows.select_related("first", "second").annotate(acts=flag(Q(first__in=acted, second__in=acted)))


def twins_of(submission: Submission, rows: Iterable[Any]) -> list[Twin]:
    """Which papers look like this one."""
    return [_twin(row, submission) for row in sorted(rows, key=lambda row: row.pk)]


def _twin(row: Any, submission: Submission) -> Twin:
    other = row.second if row.first_id == submission.pk else row.first
    return Twin(row.pk, other.number, other.title, _shared(row), row.acts)


def _shared(row: Likeness) -> str:
    parts = ["the same file"] if row.same_file else []
    parts += ["the same authors"] if row.same_authors else []
    parts += [f"{percent} % of the words of the {what}" for what, percent in _percents(row) if percent >= 30]
    return ", ".join(parts)


def _percents(row: Likeness) -> Sequence[tuple[str, int]]:
    return (("titles", row.title), ("abstracts", row.abstract))
