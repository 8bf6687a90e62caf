"""A workshop whose papers are in, with organizers and reviewers, and short ways to do on it what people do."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from types import SimpleNamespace
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from jobs.models import Job
from jobs.services.run import run_job
from reviews.models import Assignment, AssignmentRun, Review
from reviews.services.assign import assign
from reviews.services.review import open_review, submit_review
from reviews.services.reviewers import add_reviewer
from reviews.services.run import start_run
from submissions.importing.records import ImportedAuthor, ImportedPaper
from submissions.models import Submission
from submissions.services.import_papers import import_papers
from tests.factories import make_user, solved
from tests.worlds import played_once
from workshops.models import Workshop
from workshops.services.create import create_workshop
from workshops.services.roles import give_role

DAY = timedelta(days=1)
SHORT = {"text": "Clear and interesting.", "overall": 5, "confidence": 4}
"""A good answer to the short form."""


@played_once
def make_stage(*, papers: int = 2, reviewers: tuple[str, ...] = ("Rui", "Noor", "Rae"), load: int = 6) -> Any:
    """``workshop``, ``track`` (short form, three reviews), ``papers``, Olga and Otto who organize, and reviewers.

    The first paper is Ada's, every other one a stranger's, and all have other institutions than the reviewers.
    """
    olga, otto, ada = make_user("Olga"), make_user("Otto"), make_user("Ada")
    at = timezone.now() - DAY
    workshop = create_workshop(
        by=olga,
        slug="neurreps-2027",
        name="NeurReps",
        year=2027,
        submission_at=at,
        contact="chairs@neurreps.test",
        announced=True,
    )
    give_role(workshop=workshop, user=otto, role="organizer", by=None)
    track = workshop.tracks.get(page_limit=4)
    stage = SimpleNamespace(workshop=workshop, track=track, olga=olga, otto=otto, ada=ada, people={})
    for name in reviewers:
        user = make_user(name)
        stage.people[name] = user
        setattr(stage, name.lower(), user)
        add_reviewer(workshop=workshop, user=user, by=olga, load_max=load)
    stage.papers = [write(stage, "Ada", "ada@ada.test")] if papers else []
    stage.papers += [write(stage, f"Writer{n}", f"w{n}@writer{n}.test") for n in range(2, papers + 1)]
    return stage


def write(stage: Any, given: str, email: str, title: str = "") -> Submission:
    """One more paper that is submitted."""
    number = Submission.objects.filter(workshop=stage.workshop).count() + 1
    paper = ImportedPaper(
        key=f"paper{number}",
        title=title or f"Symmetry and the number {number}",
        abstract="We look at groups in neural codes.",
        authors=(ImportedAuthor(given, "", "Example", email),),
    )
    return import_papers(workshop=stage.workshop, track=stage.track, papers=[paper], by=None)[0]


def wants(stage: Any, reviews: int) -> None:
    """How many reviews a paper of the track gets."""
    stage.track.reviews_per_paper = reviews
    stage.track.reviews_enough = min(stage.track.reviews_enough, reviews)
    stage.track.save()


def run_jobs() -> None:
    for job in Job.objects.filter(status="waiting", kind="assignment").order_by("pk"):
        run_job(job.pk)


def proposal(stage: Any, *, by: User | None = None, in_worker: bool = False, **options: Any) -> AssignmentRun:
    """A proposal that is made: by a worker and its subprocess, or, quicker, by the same steps in this process."""
    by = by or stage.olga
    run = start_run(workshop=stage.workshop, by=by, **options)
    if in_worker:
        run_jobs()
    else:
        # The quickest mode, where it does not matter which.
        solved(run, options["options"].mode if "options" in options else "total")
    run.refresh_from_db()
    return run


def proposals_elsewhere(stage: Any, count: int) -> Workshop:
    """Olga's other workshop, which has so many proposals."""
    workshop = create_workshop(by=stage.olga, slug="elsewhere", name="Elsewhere", year=2027, announced=True)
    AssignmentRun.objects.bulk_create(AssignmentRun(workshop=workshop, number=n + 1) for n in range(count))
    return workshop


def given(stage: Any, name: str = "rui", paper: int = 0, **options: Any) -> Assignment:
    return assign(submission=stage.papers[paper], user=getattr(stage, name), by=stage.olga, **options)


def reviewed(assignment: Assignment, answers: dict[str, Any] | None = None) -> Review:
    """A review that is submitted."""
    review = open_review(assignment=assignment, by=assignment.user)
    submit_review(
        review=review,
        by=assignment.user,
        version=review.version,
        answers=answers or SHORT,
        received_at=timezone.now(),
    )
    review.refresh_from_db()
    return review


def at_once(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Do both, the second while the first is not committed. On SQLite, which has one writer at a time, in turns."""

    def elsewhere() -> None:
        try:
            second()
        finally:
            connection.close()

    other = Thread(target=elsewhere)
    on_postgresql = connection.vendor == "postgresql"
    with transaction.atomic():
        first()
        if on_postgresql:
            other.start()
            other.join(1)
    if on_postgresql:
        other.join()
    else:
        second()
