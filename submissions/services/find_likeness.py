"""Look for papers that were handed in twice. Run by the worker: what has changed is compared, nothing else is read."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions.likeness import Alike, Words, pairs, words_of
from submissions.models import Authorship, Likeness, Submission
from submissions.states import AuthorshipStatus, SubmissionStatus
from workshops.models import Workshop

COMPARED = (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED)


def compare_changed_papers() -> int:
    """For each workshop in which a paper has changed: find what it looks like. Returns how many pairs there are."""
    changed = Submission.objects.exclude(version=F("compared_version"))
    return sum(compare_papers(workshop_id=pk) for pk in sorted(set(changed.values_list("workshop", flat=True))))


@transaction.atomic
def compare_papers(*, workshop_id: int) -> int:
    """Compare the papers that changed with all others of the workshop. Safe to run twice, and twice at once."""
    Workshop.objects.select_for_update().get(pk=workshop_id)
    rows = Submission.objects.of(workshop_id).select_related("current__pdf__blob").order_by("pk")
    papers = list(rows.only("title", "abstract", "status", "version", "compared_version", "current__pdf__blob__sha256"))
    changed = {paper.pk for paper in papers if paper.version != paper.compared_version}
    if not changed:
        return 0
    found = pairs(_read(workshop_id, papers), changed)
    _write(changed, found)
    for paper in papers:
        paper.compared_version = paper.version
    Submission.objects.bulk_update([p for p in papers if p.pk in changed], ["compared_version"], batch_size=500)
    return len(found)


def settle_likeness(*, likeness: Likeness, by: User | None) -> None:
    """Somebody looked: they are two papers. It is not shown again, unless one of them changes what they share."""
    for paper in (likeness.first, likeness.second):
        require(acting(by), "act", paper)
    with transaction.atomic():
        changed = Likeness.objects.filter(pk=likeness.pk, settled_at=None)
        if not changed.update(settled_by=by, settled_at=timezone.now()):
            raise Refused("This is settled already.")
        data = {"papers": [likeness.first_id, likeness.second_id]}
        for paper in (likeness.first, likeness.second):
            record("likeness.settled", by=by, root_type=Root.SUBMISSION, root_id=paper.pk, aspect="act", data=data)


def _read(workshop_id: int, papers: Iterable[Submission]) -> list[Words]:
    listed = Authorship.objects.filter(submission__workshop=workshop_id).exclude(status=AuthorshipStatus.DISOWNED)
    authors: dict[int, set[str]] = defaultdict(set)
    for paper, user, email in listed.values_list("submission", "user", "email"):
        if user or email:
            authors[paper].add(str(user or email))
    return [words_of(p.pk, p.title, p.abstract, authors[p.pk], _files(p)) for p in papers if p.status in COMPARED]


def _files(paper: Submission) -> list[str]:
    pdf = paper.current.pdf if paper.current else None
    return [pdf.blob.sha256] if pdf else []


def _write(changed: set[int], found: dict[tuple[int, int], Alike]) -> None:
    """What is striking now; what was settled stays settled while it shares no more than before."""
    old = {
        (row.first_id, row.second_id): row
        for row in [*Likeness.objects.filter(first__in=changed), *Likeness.objects.filter(second__in=changed)]
    }
    Likeness.objects.filter(pk__in=[row.pk for key, row in old.items() if key not in found]).delete()
    new: list[Likeness] = []
    grown: list[Likeness] = []
    for key, alike in found.items():
        row = old.get(key) or Likeness(first_id=key[0], second_id=key[1])
        more = alike.same_file > row.same_file or alike.title > row.title or alike.abstract > row.abstract
        row.same_file, row.title, row.abstract = alike.same_file, alike.title, alike.abstract
        row.same_authors = alike.same_authors
        if more:
            row.settled_at = row.settled_by = None
        (grown if key in old else new).append(row)
    Likeness.objects.bulk_create(new, batch_size=500)
    names = ["same_file", "title", "abstract", "same_authors", "settled_at", "settled_by"]
    Likeness.objects.bulk_update(grown, names, batch_size=500)
