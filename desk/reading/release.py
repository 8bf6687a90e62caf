"""What a release would do, as numbers and the first lines of each list; and one mail of it, word by word.

Both are of the papers that the viewer may act on, as if there were no others.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from access.prepared import prepared
from access.viewer import Viewer
from decisions.letters import (
    KNOWN,
    REACHED,
    TENTATIVE,
    UNDECIDED,
    UNREACHED,
    Letter,
    authors_told,
    camera_ready_dates,
    letters_to,
    papers_to_tell,
    ready,
)
from decisions.querysets import submitted_reviews
from decisions.states import OutcomeKind
from submissions.models import Authorship, Submission
from submissions.states import AuthorshipStatus
from workshops.models import Track, Workshop

PAGE = 50


@dataclass(frozen=True)
class Blocked:
    """A paper that must be decided, confirmed, or named as an exception."""

    number: int
    title: str
    decided: bool


@dataclass(frozen=True)
class Mails:
    """The mails about one paper: how many, and the author whose mail is the first."""

    number: int
    first: int
    n: int


@dataclass(frozen=True)
class ReleasePage:
    """``blocked`` and ``mails`` are the first lines of what may be long: ``not_listed`` papers are not ready either,
    and the mails go on after the paper ``more``. ``few_reviews``: (paper, reviews, enough); ``no_address``: (paper,
    place of the author).
    """

    ready: int
    letters: int
    undecided: int
    unconfirmed: int
    told: int
    by_outcome: dict[str, int]
    blocked: list[Blocked]
    few_reviews: list[tuple[int, int, int]]
    no_address: list[tuple[int, int]]
    seconded_by_nobody: list[int]
    mails: list[Mails]
    more: int | None

    @property
    def not_listed(self) -> int:
        return self.undecided + self.unconfirmed - len(self.blocked)


Rows = dict[str, list[Any]]


@prepared
def _rows(
    viewer: Viewer, workshop_id: int, track_id: int | None, after: int, *, desk_rejections: bool, alone: bool, page: int
) -> dict[str, QuerySet]:
    papers = papers_to_tell(viewer, workshop_id, track_id, desk_rejections=desk_rejections)
    going = papers.filter(ready(alone=alone))
    authors = authors_told(going)
    blocked = papers.filter(UNDECIDED if alone else UNDECIDED | TENTATIVE)
    few = going.exclude(decision__outcome__kind=OutcomeKind.DESK_REJECT).annotate(reviews=submitted_reviews())
    lists = {
        "papers": papers.order_by()
        .values_list("workshop")
        .annotate(
            undecided=Count("pk", filter=UNDECIDED),
            tentative=Count("pk", filter=TENTATIVE),
            known=Count("pk", filter=KNOWN),
        ),
        "outcomes": going.order_by().values_list("decision__outcome__label").annotate(n=Count("pk")),
        "letters": authors.filter(REACHED).order_by().values_list("submission__workshop").annotate(n=Count("pk")),
        "blocked": blocked.order_by("number").values_list("number", "title", "decision__status")[:page],
        "few": few.filter(reviews__lt=F("track__reviews_enough")).values_list(
            "number", "reviews", "track__reviews_enough"
        ),
        "no_address": authors.filter(UNREACHED).values_list("submission__number", "position"),
        "mails": _by_paper(going.filter(number__gt=after))[: page + 1],
    }
    return lists | ({"tentative": papers.filter(TENTATIVE).values_list("number", flat=True)} if alone else {})


def _by_paper(papers: QuerySet[Submission]) -> QuerySet:
    """Those papers of whose authors somebody gets a mail; the first of these authors, and how many they are."""
    reached = Authorship.objects.exclude(status=AuthorshipStatus.DISOWNED).filter(REACHED, submission=OuterRef("pk"))
    first = reached.order_by("position", "pk").values("pk")[:1]
    n = reached.order_by().values("submission").annotate(n=Count("pk")).values("n")
    rows = papers.annotate(first=Subquery(first), n=Subquery(n)).filter(n__gt=0)
    return rows.order_by("number").values_list("number", "first", "n")


def read_release(
    workshop: Workshop,
    viewer: Viewer,
    *,
    track: Track | None = None,
    after: int = 0,
    desk_rejections: bool = False,
    alone: bool = False,
    page: int = PAGE,
) -> ReleasePage:
    """One query. ``after``: the mails of papers with greater numbers are listed, ``page`` papers of each list."""
    how = {"desk_rejections": desk_rejections, "alone": alone, "page": page}
    rows: Rows = _rows(viewer, workshop.pk, track.pk if track else None, after, **how)
    [(_, undecided, tentative, known)] = rows["papers"] or [(workshop.pk, 0, 0, 0)]
    outcomes: Counter[str] = Counter()
    for label, n in rows["outcomes"]:
        outcomes[label] += n
    blocked = [Blocked(number, title, status is not None) for number, title, status in rows["blocked"]]
    mails = [Mails(*row) for row in sorted(rows["mails"])]
    return ReleasePage(
        ready=outcomes.total(),
        letters=sum(n for _, n in rows["letters"]),
        undecided=undecided,
        unconfirmed=0 if alone else tentative,
        told=known,
        by_outcome=dict(outcomes),
        blocked=sorted(blocked, key=lambda paper: (paper.decided, paper.number)),
        few_reviews=sorted(rows["few"]),
        no_address=sorted(rows["no_address"]),
        seconded_by_nobody=sorted(rows.get("tentative", ())),
        mails=mails[:page],
        more=mails[page - 1].number if len(mails) > page else None,
    )


# --- one mail ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LetterPage:
    """One mail, and where it stands among all; those around it as (paper, author)."""

    letter: Letter
    place: int
    total: int
    before: tuple[int, int] | None
    after: tuple[int, int] | None


@prepared
def _letter_rows(viewer: Viewer, workshop_id: int, number: int, author: int, *, alone: bool) -> dict[str, QuerySet]:
    going = papers_to_tell(viewer, workshop_id).filter(ready(alone=alone))
    mails = authors_told(going).filter(REACHED)
    return {
        "paper": going.filter(number=number).select_related("track", "decision__outcome__offers_track"),
        "author": mails.filter(submission__number=number, pk=author).select_related("user"),
        "mails": mails.values_list("submission__number", "position", "pk"),
        "dates": camera_ready_dates(workshop_id),
    }


def read_letter(
    workshop: Workshop, viewer: Viewer, number: int, author: int, *, alone: bool = False
) -> LetterPage | None:
    """The mail that this author of this paper would get; None where there is none. Three queries."""
    rows: Rows = _letter_rows(viewer, workshop.pk, number, author, alone=alone)
    if not rows["author"]:
        return None
    [paper] = rows["paper"]
    [letter] = letters_to(workshop, [paper], {paper.pk: rows["author"]}, rows["dates"])
    keys = [(paper_number, key) for paper_number, _, key in sorted(rows["mails"])]
    place = keys.index((number, author))
    return LetterPage(
        letter=letter,
        place=place + 1,
        total=len(keys),
        before=keys[place - 1] if place else None,
        after=keys[place + 1] if place + 1 < len(keys) else None,
    )
