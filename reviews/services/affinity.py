"""How near papers are to what reviewers know: computed by the worker, chosen and imported by organizers.

Affinities are made anew when a text has changed: a paper, a publication, a statement, topics, who reviews. Nothing of
them is shown to authors; to a reviewer only of papers on their own bidding page.
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import Publication, User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from jobs.models import Job
from jobs.services.run import Progress
from jobs.services.start import start_job
from jobs.states import JobStatus
from reviews.affinity.shelf import Document, Shelf, percentiles
from reviews.models import Affinity, AffinityBook, Reviewer, TextVector, TopicInterest
from reviews.rules import open_reviewers
from reviews.states import COMPUTED, AffinityMethod, Imported
from submissions.models import Submission, SubmissionTopic
from workshops.models import Workshop

if TYPE_CHECKING:
    from reviews.affinity.words import Words

JOB = "affinity"
PROFILE = "profile"
EXPLAINED = 40  # reviewers of a paper, the nearest first, of whom it is kept what made the score
LOT = 20  # papers that are written in one transaction
SLICE = 30.0  # seconds of one job, below the worker's limit; what is left goes on in the next one
MODEL = "all_minilm_l6_v2"


def semantic_installed() -> bool:
    """Is the optional sentence model there? Asks for the packages without importing them."""
    return all(find_spec(name) for name in (MODEL, "tokenizers", "safetensors"))


# --- what is compared -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Texts:
    """The papers and reviewers of a workshop by their keys, in the order of the shelf."""

    papers: list[int]
    reviewers: list[int]
    shelf: Shelf

    def hash(self, method: str) -> str:
        """Changes whenever a text does, or who is compared, or how."""
        documents = [[(one.key, one.text) for one in mine] for mine in self.shelf.reviewers]
        parts = [method, self.papers, self.shelf.papers, self.reviewers, documents]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read_texts(workshop_id: int) -> Texts:
    """Every submitted paper and every reviewer of a workshop. Six queries."""
    papers = list(Submission.objects.of(workshop_id).submitted().order_by("pk"))
    reviewers = list(open_reviewers(workshop_id).order_by("user"))
    topics = _topics(papers)
    profiles = _profiles(reviewers)
    texts = [" ".join([paper.title, paper.abstract, paper.keywords, *topics[paper.pk]]) for paper in papers]
    shelf = Shelf(texts, [profiles[reviewer.user_id] for reviewer in reviewers])
    return Texts([paper.pk for paper in papers], [reviewer.user_id for reviewer in reviewers], shelf)


def _topics(papers: list[Submission]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = SubmissionTopic.objects.filter(submission__in=[paper.pk for paper in papers]).order_by("topic")
    for paper, topic in rows.values_list("submission", "topic__name"):
        found[paper].append(topic)
    return found


def _profiles(reviewers: list[Reviewer]) -> dict[int, list[Document]]:
    """One document a publication; and one of the statement with the topics, more often those known better."""
    texts: dict[int, list[Document]] = {reviewer.user_id: [] for reviewer in reviewers}
    shelf = Publication.objects.filter(user__in=texts).order_by("pk")
    for key, user, title, abstract in shelf.values_list("pk", "user", "title", "abstract"):
        texts[user].append(Document(key, f"{title} {abstract}"))
    interests: dict[int, list[str]] = defaultdict(list)
    chosen = TopicInterest.objects.filter(reviewer__in=[reviewer.pk for reviewer in reviewers]).order_by("topic")
    for reviewer_id, topic, level in chosen.values_list("reviewer", "topic__name", "level"):
        interests[reviewer_id] += [topic] * level
    for reviewer in reviewers:
        if own := " ".join([reviewer.statement, *interests[reviewer.pk]]).strip():
            texts[reviewer.user_id].append(Document(PROFILE, own))
    return texts


# --- when -------------------------------------------------------------------------------------------------------------


def book_of(workshop: Workshop) -> AffinityBook:
    """Which affinities count in a workshop."""
    book, _ = AffinityBook.objects.get_or_create(workshop=workshop)
    return book


def start_affinity(*, workshop: Workshop, by: User | None) -> Job:
    """Ask the worker for the affinities of a workshop. One that waits already is the same."""
    require(acting(by), "staff", workshop)
    with transaction.atomic():
        book = AffinityBook.objects.select_for_update(of=("self",)).get(pk=book_of(workshop).pk)
        job = waiting_job(book)
        if job is None:
            job = _begin(book, by, {})
    return job


def waiting_job(book: AffinityBook) -> Job | None:
    """The job that will do the work, or is doing it."""
    rows = Job.objects.filter(pk=book.job_id or 0, status__in=[JobStatus.WAITING, JobStatus.RUNNING])
    return rows.first()


def _begin(book: AffinityBook, by: Any, more: dict[str, Any]) -> Job:
    job = start_job(
        JOB,
        root_type=Root.WORKSHOP,
        root_id=book.workshop_id,
        aspect="staff",
        by=by,
        params={"workshop": book.workshop_id, **more},
    )
    AffinityBook.objects.filter(pk=book.pk).update(job=job)
    return job


def start_where_stale() -> int:
    """Ask the worker wherever a text has changed since. Returns in how many workshops. Run every few minutes."""
    today = timezone.now().date()
    having = Workshop.objects.filter(
        Exists(Reviewer.objects.filter(workshop=OuterRef("pk"))),
        Exists(Submission.objects.submitted().filter(workshop=OuterRef("pk"))),
        frozen_at=None,
    )
    started = 0
    for workshop in having.exclude(ends__lt=today).order_by("pk"):
        started += compare_anew(workshop)
    return started


def compare_anew(workshop: Workshop) -> bool:
    """Ask the worker where a text has changed and nobody has asked yet. True where it was asked now."""
    book = book_of(workshop)
    if waiting_job(book) is not None or not is_stale(book):
        return False
    start_affinity(workshop=workshop, by=None)
    return True


def is_stale(book: AffinityBook, texts: Texts | None = None) -> bool:
    texts = texts or read_texts(book.workshop_id)
    return book.input_hash != texts.hash(book.method)


# --- computing --------------------------------------------------------------------------------------------------------


def ignore(*args: Any, **kwargs: Any) -> None:
    """For a caller whom nobody watches."""


@dataclass
class Slice:
    """The work that is done in one go: until when (by the monotonic clock), and whom to tell how far it is."""

    until: float
    tell: Callable[..., None]

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until


def compute_affinity(progress: Progress) -> None:
    """The worker's part. What one job does not reach goes on in the next; safe to run twice."""
    book = AffinityBook.objects.select_related("workshop").get(workshop=progress.params["workshop"])
    if left := _go_on(book, progress.params, Slice(time.monotonic() + SLICE, progress.tell)):
        _begin(book, progress.job.created_by, left)


def bring_up_to_date(workshop: Workshop, params: dict[str, Any], tell: Callable[..., None] = ignore) -> dict[str, Any]:
    """Before a proposal: compute for a while what is stale. Returns nothing when all is done, and otherwise the
    ``params`` that the next job goes on with.
    """
    return _go_on(book_of(workshop), params, Slice(time.monotonic() + SLICE, tell))


def _go_on(book: AffinityBook, params: dict[str, Any], part: Slice) -> dict[str, Any]:
    texts = read_texts(book.workshop_id)
    if not is_stale(book, texts):
        return {}
    mark = texts.hash(book.method)
    first = params.get("written", 0) if params.get("mark") == mark else 0
    written = _compute(book, texts, first, part)
    return {"written": written, "mark": mark} if written < len(texts.papers) else {}


def _compute(book: AffinityBook, texts: Texts, first: int, part: Slice) -> int:
    """Compute, and write from the paper ``first`` on. Returns how many papers are written, all of them when done."""
    from reviews.affinity.words import Words

    total = len(texts.papers)
    part.tell("Comparing words", done=first, total=total)
    words = Words(texts.shelf)
    method: Any = words
    if book.method == AffinityMethod.SEMANTIC:
        method = _sentences(texts.shelf, part)
        if method is None:
            return first
    values = method.scores()
    ranks = percentiles(values)
    for start in range(first, total, LOT):
        if part.is_over:
            return start
        lot = slice(start, min(start + LOT, total))
        rows = list(_rows(book.method, texts, lot, values, ranks, method.near(lot), words))
        _write(book, texts, lot, rows)
        part.tell("Writing affinities down", done=lot.stop, total=total)
    _finish(book, texts)
    return total


def _rows(
    method: str, texts: Texts, lot: slice, values: Any, ranks: Any, near: Any, words: "Words"
) -> Iterable[Affinity]:
    for place in range(lot.start, lot.stop):
        explained = _nearest(values[place], EXPLAINED)
        for column, user in enumerate(texts.reviewers):
            value = values[place, column]
            known = value == value  # not NaN
            yield Affinity(
                submission_id=texts.papers[place],
                user_id=user,
                method=method,
                value=float(value) if known else None,
                percentile=float(ranks[place, column]) if known else None,
                unknown=not known,
                shared=_shared(texts, place, column, near[place - lot.start], words) if column in explained else {},
            )


def _nearest(row: Any, most: int) -> set[int]:
    known = [(value, column) for column, value in enumerate(row.tolist()) if value == value and value > 0]
    return {column for _, column in sorted(known, reverse=True)[:most]}


def _shared(texts: Texts, paper: int, reviewer: int, near: Any, words: "Words") -> dict[str, Any]:
    documents = texts.shelf.reviewers[reviewer]
    closeness = near[texts.shelf.of(reviewer)].tolist()
    best = sorted(zip(closeness, range(len(documents)), strict=True), reverse=True)[:3]
    return {
        "publications": [[documents[place].key, round(value, 4)] for value, place in best if value > 0],
        "terms": [[term, round(part, 4)] for term, part in words.terms(paper, reviewer)],
    }


@transaction.atomic
def _write(book: AffinityBook, texts: Texts, lot: slice, rows: Iterable[Affinity]) -> None:
    """Papers are written a few at a time: nobody waits for the whole."""
    AffinityBook.objects.select_for_update(of=("self",)).get(pk=book.pk)
    Affinity.objects.filter(submission__in=texts.papers[lot], method=book.method).delete()
    Affinity.objects.bulk_create(rows, batch_size=1000)


def _finish(book: AffinityBook, texts: Texts) -> None:
    mark = texts.hash(book.method)
    AffinityBook.objects.filter(pk=book.pk, method=book.method).update(input_hash=mark, computed_at=timezone.now())


# --- the sentence model -----------------------------------------------------------------------------------------------


def _sentences(shelf: Shelf, part: Slice) -> Any:
    """The shelf with what the model makes of each text; None where there was no time for all of them."""
    from reviews.affinity.sentences import BATCH, Encoder, Sentences

    if not semantic_installed():
        raise Refused("The sentence model is not installed here: choose another method, or see docs/operating.md.")
    texts = [*shelf.papers, *(one.text for one in shelf.documents)]
    marks = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    known = _known_vectors(marks)
    missing = sorted({mark: text for mark, text in zip(marks, texts, strict=True) if mark not in known}.items())
    total = len(set(marks))
    if missing:
        encoder = Encoder.installed()
        for start in range(0, len(missing), BATCH):
            if part.is_over:
                return None
            some = missing[start : start + BATCH]
            part.tell("Reading texts", done=len(known), total=total)
            vectors = encoder.encode([text for _, text in some])
            made = {mark: row.tobytes() for (mark, _), row in zip(some, vectors, strict=True)}
            rows = [TextVector(text_hash=mark, vector=vector) for mark, vector in made.items()]
            TextVector.objects.bulk_create(rows, ignore_conflicts=True)
            known |= made
    return Sentences.of(shelf, [known[mark] for mark in marks])


def _known_vectors(marks: list[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    wanted = sorted(set(marks))
    now = timezone.now()
    for start in range(0, len(wanted), 500):
        rows = TextVector.objects.filter(text_hash__in=wanted[start : start + 500])
        found |= {mark: bytes(vector) for mark, vector in rows.values_list("text_hash", "vector")}
        rows.update(used_at=now)
    return found


def forget_unused_vectors() -> int:
    """Throw away what the model made of texts that nobody has asked for in a year. Returns of how many."""
    return TextVector.objects.filter(used_at__lt=timezone.now() - timedelta(days=365)).delete()[0]


# --- what counts ------------------------------------------------------------------------------------------------------


@transaction.atomic
def choose_affinity(*, workshop: Workshop, by: User | None, method: str, imported: str = "") -> AffinityBook:
    """Say which affinities count in the workshop: how they are computed, and what scores from a file do to them.

    Raises Refused for a method that is not installed here, and for imported scores where there are none.
    """
    require(acting(by), "staff", workshop)
    if method not in COMPUTED:
        raise Refused("Choose a method from the list.", field="method")
    if method == AffinityMethod.SEMANTIC and not semantic_installed():
        raise Refused("The sentence model is not installed here; docs/operating.md says how it is.", field="method")
    if imported not in Imported.values:
        raise Refused("Choose what the scores from a file do from the list.", field="imported")
    book = AffinityBook.objects.select_for_update(of=("self",)).get(pk=book_of(workshop).pk)
    having = Affinity.objects.filter(submission__workshop=workshop, method=AffinityMethod.IMPORTED)
    if imported and not having.exists():
        raise Refused("There are no scores from a file yet: import them first.", field="imported")
    if (book.method, book.imported) == (method, imported):
        return book
    data = {"method": [book.method, method], "imported": [book.imported, imported]}
    book.method, book.imported = method, imported
    book.save(update_fields=["method", "imported"])
    record(
        "affinity.chosen",
        by=by,
        root_type=Root.WORKSHOP,
        root_id=workshop.pk,
        aspect="staff",
        about=book,
        data=data,
    )
    if is_stale(book):
        start_affinity(workshop=workshop, by=by)
    return book
