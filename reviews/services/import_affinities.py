"""Bring in affinities that were computed elsewhere: look at what the file says first, then do it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused, StaleState
from audit.models import Root
from audit.services.record import record
from reviews.importing.affinities import read_affinities
from reviews.importing.records import ScoreRow
from reviews.loads import free_papers
from reviews.models import Affinity, AffinityBook
from reviews.rules import open_reviewers
from reviews.services.affinity import book_of
from reviews.states import AffinityMethod, Imported
from submissions.importing.records import Problem, error
from submissions.states import SubmissionStatus
from workshops.models import Workshop


@dataclass(frozen=True)
class Scores:
    """What a file says: scores by paper and person (their keys), over the papers that the reader is free on."""

    rows: dict[int, dict[int, float]]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(len(row) for row in self.rows.values())

    @property
    def people(self) -> int:
        return len({user for row in self.rows.values() for user in row})


def read_scores(*, workshop: Workshop, by: User, content: bytes, name: str) -> Scores:
    """What the file says. Writes nothing. Three queries."""
    viewer = acting(by)
    require(viewer, "staff", workshop)
    read = read_affinities(content, name)
    free = free_papers(viewer, workshop.pk).filter(status=SubmissionStatus.SUBMITTED)
    papers = dict(free.values_list("number", "pk"))
    people = {address.casefold(): user for user, addresses in _addresses(workshop).items() for address in addresses}
    rows: dict[int, dict[int, float]] = defaultdict(dict)
    problems = [problem for problem in read.problems if problem.severity == "error"]
    for row in read.rows:
        if problem := _misfit(row, papers, people):
            problems.append(problem)
        else:
            rows[papers[row.paper]][people[row.email.casefold()]] = row.score
    notes = [problem.what for problem in read.problems if problem.severity != "error"]
    return Scores(dict(rows), tuple(sorted(problems, key=lambda one: one.line or 0)), tuple(notes))


def _addresses(workshop: Workshop) -> dict[int, list[str]]:
    """The confirmed addresses of everybody who reviews, and the one that they sign in with."""
    found: dict[int, list[str]] = defaultdict(list)
    reviewers = open_reviewers(workshop.pk)
    for user, address in reviewers.values_list("user", "user__email"):
        found[user].append(address)
    confirmed = reviewers.filter(user__emailaddress__verified=True).values_list("user", "user__emailaddress__email")
    for user, address in confirmed:
        found[user].append(address)
    return found


def _misfit(row: ScoreRow, papers: dict[int, int], people: dict[str, int]) -> Problem | None:
    """A paper that the reader is not free on is as if it were not there."""
    where = f"row on line {row.line}"
    if row.paper not in papers:
        return error(where, row.line, f"You may act on no submitted paper {row.paper}.", "Look at its number.")
    if row.email.casefold() not in people:
        what = f"{row.email} is no address of a reviewer of this workshop."
        return error(where, row.line, what, "Invite the person first, or write the address that they use here.")
    return None


@transaction.atomic
def import_affinities(
    *, workshop: Workshop, by: User, content: bytes, name: str, imported: str, seen: int, rest: bool
) -> int:
    """Take the scores of the file in place of earlier imported ones on the papers that ``by`` is free on, and say what
    they do to the computed ones. ``seen``: how many scores the person was told of. Returns how many there are.

    Raises StaleState where that is another number by now, and Refused while rows are wrong, unless ``rest`` says to go
    on with the others, or where there is no score.
    """
    require(acting(by), "staff", workshop)
    if imported not in (Imported.JOIN, Imported.REPLACE):
        raise Refused("Say what the scores do to the computed ones.", field="imported")
    found = read_scores(workshop=workshop, by=by, content=content, name=name)
    if found.problems and not rest:
        raise Refused("Mend the rows that are wrong, or say that the rest is to be taken.", field="rest")
    if not found.count:
        raise Refused("There is no score in the file.", field="file")
    if found.count != seen:
        raise StaleState(f"The file gives {found.count} scores by now, not {seen}. Look at them again.")
    book = AffinityBook.objects.select_for_update(of=("self",)).get(pk=book_of(workshop).pk)
    free = free_papers(acting(by), workshop.pk).values("pk")
    Affinity.objects.filter(method=AffinityMethod.IMPORTED, submission__in=free).delete()
    Affinity.objects.bulk_create(_rows(found.rows), batch_size=1000)
    book.imported, book.imported_at = imported, timezone.now()
    book.save(update_fields=["imported", "imported_at"])
    record(
        "affinity.imported",
        by=by,
        root_type=Root.WORKSHOP,
        root_id=workshop.pk,
        aspect="staff",
        about=book,
        data={"imported": imported},
    )
    return found.count


def _rows(scores: dict[int, dict[int, float]]) -> Iterable[Affinity]:
    for paper, row in scores.items():
        values = sorted(row.values())
        for user, value in row.items():
            below = sum(other < value for other in values)
            same = values.count(value)
            yield Affinity(
                submission_id=paper,
                user_id=user,
                method=AffinityMethod.IMPORTED,
                value=value,
                percentile=(below + same / 2) / len(values),
            )
