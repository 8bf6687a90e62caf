"""How papers, files and conflicts are read."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Subquery

from submissions.states import (
    COUNTING,
    DISPUTES,
    EFFECTIVE,
    AskedKind,
    AskedStatus,
    ConflictState,
    FilePurpose,
    FileStatus,
    RequestStatus,
    RevisionStatus,
    SubmissionStatus,
)
from workshops.models import Extension


class SubmissionQuerySet(models.QuerySet):
    def of(self, workshop_id: int) -> "SubmissionQuerySet":
        return self.filter(workshop_id=workshop_id)

    def submitted(self) -> "SubmissionQuerySet":
        return self.filter(status=SubmissionStatus.SUBMITTED)

    def extended(self, at: datetime) -> "SubmissionQuerySet":
        """Papers that an extension keeps open at this instant, whatever their deadline says."""
        running = Extension.objects.of_papers(OuterRef("pk")).running(at)
        return self.filter(Exists(running))

    def not_extended(self, at: datetime) -> "SubmissionQuerySet":
        running = Extension.objects.of_papers(OuterRef("pk")).running(at)
        return self.exclude(Exists(running))

    def with_late_saves(self) -> "SubmissionQuerySet":
        """Drafts and submitted papers that have a late save which no organizer has answered."""
        from submissions.models import Revision

        alive = self.filter(status__in=(SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED))
        return alive.filter(Exists(Revision.objects.filter(submission=OuterRef("pk")).late()))

    def without_handler(self) -> "SubmissionQuerySet":
        """Submitted papers that nobody is responsible for."""
        from submissions.models import Handler

        posts = Handler.objects.filter(submission=OuterRef("pk"), until=None)
        return self.submitted().filter(~Exists(posts))

    def undisputed(self) -> "SubmissionQuerySet":
        """Papers whose list of authors nobody disputes: others are neither listed in public nor approved for print."""
        from submissions.models import AuthorListRequest

        return self.exclude(Exists(AuthorListRequest.objects.disputes().filter(submission=OuterRef("pk"))))

    def with_reader_file(self) -> "SubmissionQuerySet":
        """Annotate ``reader_file``: the id of the reviewers' copy of the newest PDF that was checked, or None."""
        from submissions.models import File

        copies = File.objects.filter(submission=OuterRef("pk"), purpose=FilePurpose.BLINDED).of_what_counts()
        newest = copies.order_by("-made_from__at", "-at").values("pk")[:1]
        return self.annotate(reader_file=Subquery(newest))


class AuthorListRequestQuerySet(models.QuerySet):
    def open(self) -> "AuthorListRequestQuerySet":
        return self.filter(status=RequestStatus.OPEN)

    def disputes(self) -> "AuthorListRequestQuerySet":
        """Open ones that lock the list."""
        return self.open().filter(kind__in=DISPUTES)


class LikenessQuerySet(models.QuerySet):
    def unsettled(self) -> "LikenessQuerySet":
        return self.filter(settled_at=None)


class RevisionQuerySet(models.QuerySet):
    def counting(self) -> "RevisionQuerySet":
        """What was saved in time, or accepted though late."""
        return self.filter(status__in=COUNTING)

    def late(self) -> "RevisionQuerySet":
        """What came after a soft deadline and waits for the organizers."""
        return self.filter(status=RevisionStatus.LATE)


class FileQuerySet(models.QuerySet):
    def of_what_counts(self) -> "FileQuerySet":
        """Copies without those of a file that came late and was not accepted."""
        from submissions.models import Revision

        late = Revision.objects.filter(pdf=OuterRef("made_from")).exclude(status__in=COUNTING)
        counting = Revision.objects.filter(pdf=OuterRef("made_from"), status__in=COUNTING)
        return self.exclude(Exists(late) & ~Exists(counting))

    def checked(self) -> "FileQuerySet":
        return self.filter(status=FileStatus.CHECKED)


class ConflictQuerySet(models.QuerySet):
    def effective(self) -> "ConflictQuerySet":
        """Those that hide the paper from the person."""
        return self.filter(state__in=EFFECTIVE)

    def barring(self) -> "ConflictQuerySet":
        """Those that keep the pair out of an assignment: effective, or suspected and not settled."""
        return self.exclude(state=ConflictState.WAIVED)


class ConflictRequestQuerySet(models.QuerySet):
    def open(self) -> "ConflictRequestQuerySet":
        return self.filter(status=AskedStatus.OPEN)

    def read_now(self, at: datetime) -> "ConflictRequestQuerySet":
        """Sealed papers that somebody may read at this instant."""
        return self.filter(kind=AskedKind.READING, status=AskedStatus.GRANTED, until__gt=at)
