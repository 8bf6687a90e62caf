"""Rows of the ground floor (log, mail) name a root and an aspect: which of one workshop's may the viewer see?

A bulk mail is there for whoever may see one of its mails: one about sealed papers alone is as if it did not exist.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.lookups import Exact

from access.registry import aspects, right
from access.viewer import Viewer
from audit.models import Root
from desk.reading.levels import flag
from notifications.models import Batch, Message
from submissions.access import authoring
from submissions.models import Submission
from workshops.models import Workshop

ALSO_OF_OWN_PAPERS = frozenset({"title", "released"})
"""Of one's own paper the desk shows what everybody may know; the rest stands on the author's page."""


def about(workshop_id: int, viewer: Viewer) -> Q:
    """A Q over any model with ``root_type``, ``root_id`` and ``aspect``.

    Each row is asked by itself, and its paper looked up by its key: of a long log the newest are found without reading
    the others, where "or" would have the database gather all of them first.
    """
    shown = aspects(Workshop)
    mine = [aspect for aspect in sorted(shown) if aspect in {"public", "row", "member", "staff", "settings"}]
    of_workshop = Q(root_type=Root.WORKSHOP, root_id=workshop_id, aspect__in=mine)
    paper = Submission.objects.of(workshop_id).filter(_shows_the_aspect(viewer), pk=OuterRef("root_id"))
    return Q(flag(of_workshop | Q(root_type=Root.SUBMISSION) & Q(Exists(paper))))


def batches_seen(workshop_id: int, viewer: Viewer) -> "QuerySet[Batch]":
    """Bulk mails of which the viewer may see a mail, those that they drafted, and those that hold none."""
    return Batch.objects.filter(_batch_is_seen(workshop_id, viewer), workshop_id=workshop_id)


def batches_unseen(workshop_id: int, viewer: Viewer) -> "QuerySet[Batch]":
    """The others."""
    return Batch.objects.filter(~_batch_is_seen(workshop_id, viewer), workshop_id=workshop_id)


def _batch_is_seen(workshop_id: int, viewer: Viewer) -> Q:
    mails = Message.objects.filter(batch=OuterRef("pk"))
    found = Q(Exists(mails.filter(about(workshop_id, viewer)))) | ~Q(Exists(mails))
    return found if viewer.through is not None else found | Q(pk__in=_drafted_by(viewer))


def _drafted_by(viewer: Viewer) -> QuerySet:
    return Batch.objects.filter(created_by=viewer.id).values("pk")


def _shows_the_aspect(viewer: Viewer) -> Q:
    """Papers of which the viewer may see the aspect that the row of an outer statement names."""
    found = Q(pk__in=[])
    for aspect in sorted(aspects(Submission)):
        rights = right(Submission, aspect, viewer)
        if aspect not in ALSO_OF_OWN_PAPERS:
            rights &= ~authoring(viewer)
        found |= Q(Exact(OuterRef("aspect"), Value(aspect))) & rights
    return found
