"""Bring in assignments that were made elsewhere."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from access.rights import require, visible_to
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from notifications.models import Batch
from notifications.services.batches import draft_batch
from reviews import emails
from reviews.importing.assignments import CLEAR
from reviews.importing.records import AssignmentRow
from reviews.models import Assignment
from reviews.services.assign import assign, remove_assignment
from reviews.services.import_people import find_person
from reviews.services.import_rows import CHANGED, NEW, SAME, Done, each
from reviews.services.letters import tell_assigned
from submissions.models import Submission
from workshops.models import Workshop


@transaction.atomic
def import_assignments(
    *, workshop: Workshop, by: User | None, rows: Sequence[AssignmentRow], tell: bool = False
) -> tuple[list[Done], Batch | None]:
    """Give each paper to its reviewer, by the rules of every other assignment: no author, no conflict, no full load.

    ``tell``: each reviewer gets one mail with all their new papers; the mails wait in a drafted batch. Without it
    nobody is mailed. A row that cannot be is a problem among the answers, and does nothing.
    """
    require(acting(by), "staff", workshop)
    papers = papers_by_number(workshop, by)
    made: dict[int, list[Assignment]] = defaultdict(list)

    def one(row: AssignmentRow) -> tuple[str, str]:
        paper = paper_of(papers, workshop, row.paper)
        person = known_person(row.email)
        if row.kind == CLEAR:
            return _clear(paper, person, by)
        if Assignment.objects.current().filter(submission=paper, user=person).exists():
            return SAME, "has the paper already"
        made[person.pk].append(assign(submission=paper, user=person, by=by, kind=row.kind, tell=False))
        return NEW, f"gets “{paper.title}”"

    done = each(rows, lambda row: f"Paper {row.paper}, {row.email}", one)
    return done, _tell(workshop, by, made) if tell and made else None


def _clear(paper: Submission, person: User, by: User | None) -> tuple[str, str]:
    """Take the paper back, whatever they had it for."""
    rows = Assignment.objects.current().filter(submission=paper, user=person)
    assignment = rows.select_related("submission__workshop", "user").first()
    if assignment is None:
        return SAME, "does not have the paper"
    remove_assignment(assignment=assignment, by=by, reason="taken back by a file", tell=False)
    return CHANGED, f"gives “{paper.title}” back, and is not mailed of it"


def papers_by_number(workshop: Workshop, by: User | None) -> dict[int, Submission]:
    """The papers that ``by`` may act for."""
    rows = visible_to(acting(by), "act", Submission).filter(workshop=workshop).select_related("workshop", "track")
    return {paper.number: paper for paper in rows}


def paper_of(papers: dict[int, Submission], workshop: Workshop, number: int) -> Submission:
    if paper := papers.get(number):
        return paper
    if Submission.objects.filter(workshop=workshop, number=number).exists():
        raise Refused(f"Paper {number} is not yours to act for. Ask its handler to import this row.")
    raise Refused(f"There is no paper {number} in this workshop. Look at its number.")


def known_person(address: str) -> User:
    person = find_person(address)
    if person is None:
        raise Refused(f"{address} is not a reviewer of this workshop. Import or invite the person first.")
    return person


def _tell(workshop: Workshop, by: User | None, made: dict[int, list[Assignment]]) -> Batch:
    batch = draft_batch(workshop_id=workshop.pk, kind=emails.ASSIGNMENTS, by=by)
    for assignments in made.values():
        person = assignments[0].user
        tell_assigned(person, assignments, workshop=workshop, key=f"import.{batch.pk}", batch=batch)
    return batch
