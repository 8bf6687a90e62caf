"""Rows of the ground floor (log, mail) name a root and an aspect: which of one workshop's may the viewer see?"""

from django.db.models import Q

from access.registry import aspects, right
from access.viewer import Viewer
from audit.models import Root
from submissions.access import authoring
from submissions.models import Submission
from workshops.models import Workshop

ALSO_OF_OWN_PAPERS = frozenset({"title", "released"})
"""Of one's own paper the desk shows what everybody may know; the rest stands on the author's page."""


def about(workshop: Workshop, viewer: Viewer) -> Q:
    """A Q over any model with ``root_type``, ``root_id`` and ``aspect``."""
    shown = aspects(Workshop)
    mine = [aspect for aspect in sorted(shown) if aspect in {"public", "row", "member", "staff", "settings"}]
    found = Q(root_type=Root.WORKSHOP, root_id=workshop.pk, aspect__in=mine)
    for aspect in sorted(aspects(Submission)):
        found |= Q(root_type=Root.SUBMISSION, aspect=aspect, root_id__in=_papers(workshop, viewer, aspect))
    return found


def _papers(workshop: Workshop, viewer: Viewer, aspect: str) -> object:
    papers = Submission.objects.of(workshop.pk).filter(right(Submission, aspect, viewer))
    if aspect not in ALSO_OF_OWN_PAPERS:
        papers = papers.exclude(authoring(viewer))
    return papers.values("pk")
