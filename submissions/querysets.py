"""How papers, files and conflicts are read."""

from django.db import models

from submissions.states import EFFECTIVE, ConflictState, SubmissionStatus


class SubmissionQuerySet(models.QuerySet):
    def of(self, workshop_id: int) -> "SubmissionQuerySet":
        return self.filter(workshop_id=workshop_id)

    def submitted(self) -> "SubmissionQuerySet":
        return self.filter(status=SubmissionStatus.SUBMITTED)


class FileQuerySet(models.QuerySet):
    pass


class ConflictQuerySet(models.QuerySet):
    def effective(self) -> "ConflictQuerySet":
        """Those that hide the paper from the person."""
        return self.filter(state__in=EFFECTIVE)

    def barring(self) -> "ConflictQuerySet":
        """Those that keep the pair out of an assignment: effective, or suspected and not settled."""
        return self.exclude(state=ConflictState.WAIVED)
