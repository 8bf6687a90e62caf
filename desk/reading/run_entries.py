"""What a proposal's bench knows of one person over all papers, and of one paper over all people, in one statement.

Everything is over the papers that the viewer is free on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, JSONField, Q, QuerySet, Value

from access.prepared import prepared
from access.rights import visible_to
from access.viewer import Viewer
from accounts.models import Publication
from reviews.board import PaperOfBoard
from reviews.loads import free_papers
from reviews.models import Affinity, AffinityBook, Assignment, RunPaper
from reviews.states import UNDONE, AssignmentStatus, BidValue, Imported
from submissions.models import Conflict
from submissions.states import EFFECTIVE, ConflictReason

PAST = {
    AssignmentStatus.ACTIVE: "has the paper",
    AssignmentStatus.ACCEPTED: "has the paper",
    AssignmentStatus.DECLINED: "declined it",
    AssignmentStatus.REMOVED: "had it taken back",
    AssignmentStatus.NOT_NEEDED: "had it before",
}


class EntryOf(Func):
    """The line of one person in ``RunPaper.people``, or null where they are not among those that are kept."""

    output_field = JSONField()

    def __init__(self, user_id: int) -> None:
        super().__init__(F("people"), Value(user_id))

    def as_sqlite(self, compiler: Any, connection: Any, **rest: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="(SELECT value || '' FROM json_each(%(expressions)s LIMIT 1)",
            arg_joiner=") WHERE json_extract(value, '$[0]') = ",
            **rest,
        )

    def as_postgresql(self, compiler: Any, connection: Any, **rest: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="(SELECT line FROM jsonb_array_elements(%(expressions)s LIMIT 1)",
            arg_joiner=") AS every(line) WHERE (line ->> 0)::bigint = ",
            **rest,
        )


@dataclass(frozen=True)
class Entry:
    """A person's score of a paper and its parts, as the proposal was made with them; ``rank`` None for the barred."""

    score: float
    unknown: bool
    affinity: float | None
    bid: str
    topic: float
    rank: int | None

    @classmethod
    def of(cls, line: list[Any]) -> "Entry":
        """From a line of ``RunPaper.people``."""
        _, score, unknown, affinity, bid, topic, rank = line
        return cls(score, unknown, None if unknown and not bid else affinity, bid, topic, rank)

    @property
    def said(self) -> str:
        """Their bid in words."""
        return BidValue(self.bid).label if self.bid else ""


@dataclass(frozen=True)
class RunPaperLine:
    """``entry``: the person's; None where the proposal does not know them."""

    pk: int
    number: int
    title: str
    allowed: int
    board: PaperOfBoard
    entry: Entry | None


@dataclass(frozen=True)
class Bars:
    """What keeps people from papers: ``why`` in words, by paper and person; ``suspected``: only a word is needed."""

    why: dict[tuple[int, int], str]
    suspected: set[tuple[int, int]]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, str, str, int]]) -> "Bars":
        """From conflicts as ``bar_rows`` gives them."""
        why: dict[tuple[int, int], str] = {}
        suspected = set()
        for paper, user, state, reason, _ in sorted(rows, key=lambda row: row[-1]):
            if state in EFFECTIVE:
                why.setdefault((paper, user), f"conflict: {ConflictReason(reason).label.lower()}")
            else:
                suspected.add((paper, user))
        return cls(why, suspected - why.keys())


def bar_rows(where: Q) -> QuerySet:
    rows = Conflict.objects.barring().filter(where)
    return rows.values_list("submission", "user", "state", "reason", "pk")


def entry_rows(viewer: Viewer, run_id: int, user_id: int) -> QuerySet:
    """The papers of the run, each with what it knows of this person."""
    rows = visible_to(viewer, "row", RunPaper).filter(run=run_id).annotate(entry=EntryOf(user_id))
    facts = ("submission", "submission__number", "submission__title", "allowed")
    return rows.values_list(*facts, "demand", "price", "senior_price", "authors", "entry")


def papers_of_rows(rows: Iterable[tuple[Any, ...]]) -> dict[int, RunPaperLine]:
    """By their keys, in the order of their numbers."""
    found = {}
    for pk, number, title, allowed, *facts, entry in sorted(rows, key=lambda row: row[1]):
        known = Entry.of(entry) if entry else None
        found[pk] = RunPaperLine(pk, number, title, allowed, PaperOfBoard(pk, *facts), known)
    return found


def past_rows(viewer: Viewer, workshop_id: int, user_id: int) -> QuerySet:
    """What somebody has had to do with papers before; what was undone as a whole does not count."""
    rows = Assignment.objects.filter(user=user_id, submission__in=free_papers(viewer, workshop_id).values("pk"))
    rows = rows.exclude(status=AssignmentStatus.REMOVED, reason=UNDONE)
    return rows.values_list("submission", "status", "created_at")


def past_words(rows: Iterable[tuple[int, str, Any]]) -> dict[int, str]:
    """By paper; the last time counts."""
    ordered = sorted(rows, key=lambda row: row[2])
    return {paper: PAST[AssignmentStatus(status)] for paper, status, _ in ordered}


# --- what made a score ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NearText:
    """A publication that is near to a paper; ``where``: its venue and year. ``near``: from 0 to 1."""

    title: str
    where: str
    near: float


@dataclass(frozen=True)
class Because:
    """What a paper and a person share: the nearest texts of theirs, and the words with the largest parts first.

    ``value``: the affinity that these made; ``percent``: its percentile among those that are known of the paper.
    """

    value: float
    percent: float
    texts: list[NearText]
    terms: list[str]


NearRow = tuple[int, int, Any, float, float]
"""Paper, person, what is shared, the affinity, and its place among those of the paper."""
Shelf = dict[tuple[int, int], tuple[str, str]]
"""Titles and places of publications, by person and key."""
OWN_WORDS = "Their topics and statement"


def near_rows(viewer: Viewer, workshop_id: int) -> QuerySet:
    """Affinities that say what made them, by the method that counts; none where the scores come from a file alone."""
    counts = AffinityBook.objects.filter(workshop=workshop_id).exclude(imported=Imported.REPLACE).values("method")
    rows = visible_to(viewer, "row", Affinity).filter(submission__workshop=workshop_id, method__in=counts)
    known = rows.filter(unknown=False).exclude(shared={})
    return known.values_list("submission", "user", "shared", "value", "percentile")


def shelf_rows(where: Q) -> QuerySet:
    return Publication.objects.filter(where).values_list("user", "pk", "title", "venue", "year")


def shelf_of(rows: Iterable[tuple[int, int, str, str, int | None]]) -> Shelf:
    places = {}
    for user, pk, title, venue, year in rows:
        places[user, pk] = title, ", ".join(str(one) for one in (venue, year) if one)
    return places


def publications_in(rows: Iterable[NearRow]) -> list[int]:
    """Which publications these affinities name."""
    return sorted({key for _, _, shared, *_ in rows for key, _ in shared["publications"] if isinstance(key, int)})


def because(rows: Iterable[NearRow], shelf: Shelf) -> dict[tuple[int, int], Because]:
    """What made each score, by paper and person. A publication that is gone by now is left out."""
    found: dict[tuple[int, int], Because] = {}
    for paper, user, shared, value, percentile in rows:
        texts = [
            NearText(*(shelf[user, key] if isinstance(key, int) else (OWN_WORDS, "")), near)
            for key, near in shared["publications"]
            if not isinstance(key, int) or (user, key) in shelf
        ]
        terms = [str(term) for term, _ in shared["terms"]]
        if texts or terms:
            found[paper, user] = Because(value, 100 * percentile, texts, terms)
    return found


# --- in one statement -------------------------------------------------------------------------------------------------


@prepared
def around_paper(viewer: Viewer, workshop_id: int, paper_id: int) -> dict[str, QuerySet]:
    """Conflicts with one paper, and what its reviewers share with it."""
    return {
        "bars": bar_rows(Q(submission=paper_id)),
        "near": near_rows(viewer, workshop_id).filter(submission=paper_id),
    }


@prepared
def around_pair(viewer: Viewer, workshop_id: int, paper_id: int, run_id: int, user_id: int) -> dict[str, QuerySet]:
    """The same, and all papers as they stand to a person of it who might be exchanged."""
    elsewhere = Q(user=user_id, submission__in=free_papers(viewer, workshop_id).values("pk"))
    return {
        "bars": bar_rows(Q(submission=paper_id) | elsewhere),
        "near": near_rows(viewer, workshop_id).filter(submission=paper_id),
        "papers": entry_rows(viewer, run_id, user_id),
        "past": past_rows(viewer, workshop_id, user_id),
    }


@prepared
def around_person(viewer: Viewer, workshop_id: int, run_id: int, user_id: int) -> dict[str, QuerySet]:
    """All papers as they stand to one person, and what they share."""
    free = free_papers(viewer, workshop_id).values("pk")
    return {
        "bars": bar_rows(Q(user=user_id, submission__in=free)),
        "near": near_rows(viewer, workshop_id).filter(user=user_id),
        "shelf": shelf_rows(Q(user=user_id)),
        "papers": entry_rows(viewer, run_id, user_id),
        "past": past_rows(viewer, workshop_id, user_id),
    }


def by_person(rows: Iterable[NearRow], users: Iterable[int]) -> list[NearRow]:
    """Those of these people."""
    wanted = set(users)
    return [row for row in rows if row[1] in wanted]
