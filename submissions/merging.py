"""What happens to a person's papers when two accounts become one (accounts.merging)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from accounts.merging import Link, links, refuses, stays
from accounts.models import User
from submissions.models import (
    AuthorListRequest,
    Authorship,
    Conflict,
    ConflictRequest,
    File,
    Handler,
    Likeness,
    Revision,
    SavedView,
    Submission,
    Upload,
    WorkingCopy,
)
from submissions.states import EFFECTIVE, AuthorshipStatus


def written(person: User) -> Any:
    """The papers that an account is an author of, as a subquery."""
    rows = Authorship.objects.filter(user=person).exclude(status=AuthorshipStatus.DISOWNED)
    return rows.values("submission")


def _newer(theirs: WorkingCopy, row: WorkingCopy) -> None:
    """Of two unsaved texts over one paper the newer one is kept."""
    if row.received_at > theirs.received_at:
        names = ("data", "version", "received_at", "browser", "discarded_at")
        values = {name: getattr(row, name) for name in names}
        WorkingCopy.objects.filter(pk=theirs.pk).update(**values)


def _stricter(theirs: Conflict, row: Conflict) -> None:
    """Of two conflicts of one reason the one that hides the paper is kept, and who settled it with it."""
    if row.state in EFFECTIVE and theirs.state not in EFFECTIVE:
        values = {"state": row.state, "evidence": row.evidence, "set_by": row.set_by_id}
        Conflict.objects.filter(pk=theirs.pk).update(**values)


def _views(kept: User, gone: User) -> int:
    """A view whose name is taken goes: the kept account's is the one that the person looks at."""
    names = SavedView.objects.filter(user=kept).values_list("workshop", "page", "name")
    for workshop, page, name in names:
        SavedView.objects.filter(user=gone, workshop=workshop, page=page, name=name).delete()
    return SavedView.objects.filter(user=gone).update(user=kept)


def listed_twice(kept: User, gone: User) -> Iterator[str]:
    papers = Submission.objects.filter(pk__in=written(kept)).filter(pk__in=written(gone))
    for paper in papers.select_related("workshop").order_by("pk"):
        yield (
            f"Both accounts are authors of #{paper.number} of {paper.workshop}. "
            "Take one of the two off its list of authors first, or ask its organizers to."
        )


def handles_own_paper(kept: User, gone: User) -> Iterator[str]:
    for author, other in ((kept, gone), (gone, kept)):
        posts = Handler.objects.filter(user=other, until=None, submission__in=written(author))
        for post in posts.select_related("submission__workshop").order_by("pk"):
            paper = post.submission
            yield (
                f"One of the accounts is responsible for #{paper.number} of {paper.workshop}, and the other wrote it. "
                "Another organizer takes it over first."
            )


def register() -> None:
    links(
        Link(Authorship, "user", words=("paper", "papers")),
        Link(WorkingCopy, "user", twin=lambda row, kept: Q(submission=row.submission_id), join=_newer),
        Link(SavedView, "user", move=_views),
        Link(
            Conflict,
            "user",
            twin=lambda row, kept: Q(submission=row.submission_id, reason=row.reason),
            join=_stricter,
        ),
        Link(Handler, "user", words=("paper to handle", "papers to handle")),
        # Who began a paper, saved it or sends a file is asked for again: whether that person may go on.
        Link(Submission, "created_by"),
        Link(Revision, "saved_by"),
        Link(Upload, "uploaded_by"),
        Link(AuthorListRequest, "by"),
        Link(ConflictRequest, "user"),
        Link(ConflictRequest, "by"),
    )
    stays(
        "It tells who did it then.",
        (File, "uploaded_by"),
        (Conflict, "set_by"),
        (Handler, "appointed_by"),
        (AuthorListRequest, "answered_by"),
        (ConflictRequest, "answered_by"),
        (Likeness, "settled_by"),
    )
    refuses(listed_twice)
    refuses(handles_own_paper)
