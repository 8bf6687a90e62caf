"""External reviewers whom reviewers of a paper have proposed: what is known of them, yes or no."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from access.rights import get_or_404
from access.viewer import Viewer
from audit.errors import Refused
from audit.text import whole_number
from desk.reading.nominations import read_nominations
from desk.views.base import actor, desk_page, desk_render
from reviews.models import Nomination
from reviews.services.nominate import approve_nomination, refuse_nomination
from submissions.models import Submission
from workshops.models import Workshop


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def nominations(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """``approve`` or ``refuse`` names one; ``override`` says why a known conflict is none."""
    if request.method != "POST":
        return _page(request, workshop, viewer, number)
    papers = Submission.objects.of(workshop.pk).select_related("track", "workshop")
    paper = get_or_404(viewer, "act", papers, number=number)
    approves = "approve" in request.POST
    row = _named(viewer, paper, request.POST.get("approve" if approves else "refuse", ""))
    override = request.POST.get("override", "").strip()[:2000]
    try:
        if approves:
            approve_nomination(nomination=row, by=actor(viewer), override=override)
        else:
            refuse_nomination(nomination=row, by=actor(viewer))
    except Refused as refusal:
        wrong = {"pk": row.pk, "sentence": refusal.sentence, "override": override}
        return _page(request, workshop, viewer, number, wrong=wrong, status=422)
    said = f"{row.name} is asked for paper {number}." if approves else f"{row.name} is not asked."
    messages.success(request, said)
    return redirect("desk:nominations", workshop.slug, number)


def _named(viewer: Viewer, paper: Submission, text: str) -> Nomination:
    key = whole_number(text)
    if key is None:
        raise Http404
    rows = Nomination.objects.select_related("submission__workshop", "submission__track").filter(submission=paper)
    return get_or_404(viewer, "row", rows, pk=key)


def _page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    number: int,
    *,
    wrong: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = read_nominations(workshop, viewer, number)
    if found is None:
        raise Http404
    paper, rows = found
    context = {"paper": paper, "rows": rows, "wrong": wrong}
    return desk_render(request, "desk/nominations.html", workshop, viewer, "papers", context, status)
