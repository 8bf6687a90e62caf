"""Fill holes of the assignment, any number of them in one run, while everything else stays as it is."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from access.rights import visible_to
from access.viewer import Viewer
from audit.errors import Refused
from desk.reading.holes import KINDS, find_holes
from desk.services.reveal import reveal
from desk.views.assignment import SECTION
from desk.views.base import actor, desk_page, desk_render
from reviews.models import Assignment
from reviews.services import run as proposals
from reviews.states import RunPurpose
from workshops.models import Workshop


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def repair(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """Which places are to be filled; POST asks for the people who cost least."""
    refusal, chosen = "", None
    if request.method == "POST":
        chosen = {key for text in request.POST.getlist("hole") if (key := _key(text))}
        rows = Assignment.objects.filter(submission__workshop=workshop, pk__in=chosen)
        holes = list(visible_to(viewer, "row", rows).order_by("submission__number", "pk"))
        try:
            made = proposals.start_run(
                workshop=workshop,
                by=actor(viewer),
                purpose=RunPurpose.REPAIR,
                holes=holes,
                options=proposals.last_options(workshop, actor(viewer)),
            )
        except Refused as refused:
            refusal = refused.sentence
        else:
            return redirect("desk:run", workshop.slug, made.pk)
    found = find_holes(workshop, viewer)
    reveal(by=actor(viewer), workshop=workshop, page="assignment.repair", papers=sorted({one.paper for one in found}))
    ticked = {one.pk for one in found if (one.sure if chosen is None else one.pk in chosen)}
    context = {
        "groups": [(words, [one for one in found if one.kind == kind]) for kind, words in KINDS.items()],
        "found": found,
        "ticked": ticked,
        "refusal": refusal,
    }
    return desk_render(
        request, "desk/assignment_repair.html", workshop, viewer, SECTION, context, 422 if refusal else 200
    )


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
