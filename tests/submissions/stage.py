"""A workshop in its submission phase, and short ways to do on it what people do."""

from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

from django.utils import timezone

from accounts.models import User
from jobs.models import Job
from jobs.services.run import run_job
from jobs.states import JobStatus
from submissions.models import File, Submission
from submissions.services.files import add_file
from submissions.services.save import AuthorData, save_submission
from submissions.services.start import start_submission
from tests.factories import make_user
from tests.submissions import pdfs
from tests.worlds import played_once
from workshops.services.create import create_workshop
from workshops.services.roles import give_role


@played_once
def make_stage(**fields) -> SimpleNamespace:
    """``workshop`` with its tracks by slug, Olga who organizes it, and Ada and Ben who write."""
    olga, ada, ben = make_user("Olga"), make_user("Ada"), make_user("Ben")
    fields = {"contact": "organizers@neurreps.test"} | fields
    workshop = create_workshop(by=olga, slug="neurreps-2027", name="NeurReps", year=2027, announced=True, **fields)
    tracks = list(workshop.tracks.all())
    double = next(track for track in tracks if track.page_limit == 4)
    single = next(track for track in tracks if track.blinding != "double")
    return SimpleNamespace(workshop=workshop, track=double, findings=single, olga=olga, ada=ada, ben=ben)


def author(user: User, *, corresponding: bool = False, **changes) -> AuthorData:
    values = {"given": user.given, "family": user.family, "email": user.email, "corresponding": corresponding}
    return AuthorData(**(values | changes))


def start(stage, *, by: User | None = None, at: datetime | None = None, title: str = "") -> Submission:
    by = by or stage.ada
    at = at or timezone.now()
    return start_submission(workshop=stage.workshop, track=stage.track, by=by, received_at=at, title=title)


def save(submission: Submission, by: User, *, at: datetime | None = None, authors=None, **changes):
    values = {
        "title": "Symmetry in neural codes",
        "abstract": "We look at $SO(3)$ in the brain.",
        "version": submission.version,
        "authors": authors or [author(by, corresponding=True)],
    }
    at = at or timezone.now()
    return save_submission(submission=submission, by=by, received_at=at, **(values | changes))


def upload(
    submission: Submission, by: User, content: bytes | None = None, *, at: datetime | None = None, **options
) -> File:
    content = pdfs.good() if content is None else content
    options = {"name": "paper.pdf", "received_at": at or timezone.now()} | options
    return add_file(submission=submission, by=by, upload=BytesIO(content), **options)


def check(submission: Submission | None = None) -> None:
    """Do the work that waits."""
    for job in Job.objects.filter(status=JobStatus.WAITING, kind="pdf_check").order_by("pk"):
        run_job(job.pk)
        job.refresh_from_db()
        assert job.status == JobStatus.DONE, job.error
    if submission is not None:
        submission.refresh_from_db()


def submitted(stage, *, by: User | None = None, content: bytes | None = None, authors=None) -> Submission:
    """A paper that has come all the way."""
    by = by or stage.ada
    submission = start(stage, by=by)
    save(submission, by, authors=authors)
    upload(submission, by, content)
    check(submission)
    return submission


@played_once
def make_stage_with_paper(*, together: bool = False) -> SimpleNamespace:
    """The stage, and a submitted ``paper`` of Ada's, or of Ada and Ben ``together``."""
    stage = make_stage()
    both = [author(stage.ada, corresponding=True), author(stage.ben)]
    stage.paper = submitted(stage, authors=both if together else None)
    return stage


def member(stage, name: str, role: str = "reviewer", **fields) -> User:
    user = make_user(name, **fields)
    give_role(workshop=stage.workshop, user=user, role=role, by=None)
    return user


DAY = timedelta(days=1)
