"""Drafts that are not complete, and a paper that an organizer enters for its authors."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from access.rights import visible_to
from access.viewer import Viewer
from audit.errors import Refused, add_refusal
from desk.forms_papers import EnterForm
from desk.reading.incomplete import read_incomplete
from desk.views.base import actor, desk_page, desk_render
from submissions.files import too_large
from submissions.models import Submission
from submissions.services.on_behalf import enter_paper
from submissions.uploads import limited_upload
from workshops.models import Track, Workshop


@require_safe
@desk_page
def incomplete(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    context = {"found": read_incomplete(workshop, viewer)}
    return desk_render(request, "desk/incomplete.html", workshop, viewer, "papers", context)


@limited_upload
@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def on_behalf(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    tracks = list(Track.objects.filter(workshop=workshop))
    posted = request.method == "POST"
    form = EnterForm(request.POST, request.FILES, tracks=tracks) if posted else EnterForm(tracks=tracks)
    if posted and hasattr(request, "skipped"):
        form.errors.pop("file", None)
        form.add_error("file", too_large(None, settings.MAX_PDF_BYTES).sentence)
    if posted and form.is_valid() and (paper := _enter(form, workshop, viewer)):
        messages.success(
            request,
            f"Paper {paper.number} is entered, and its authors are told. It is submitted once its PDF is checked.",
        )
        return _to_paper(workshop, viewer, paper)
    context = {"form": form}
    return desk_render(
        request, "desk/on_behalf.html", workshop, viewer, "papers", context, 422 if form.is_bound else 200
    )


def _enter(form: EnterForm, workshop: Workshop, viewer: Viewer) -> Submission | None:
    typed = form.cleaned_data
    try:
        return enter_paper(
            workshop=workshop,
            track=form.tracks[typed["track"]],
            by=actor(viewer),
            title=typed["title"],
            abstract=typed["abstract"],
            authors=typed["authors"],
            upload=typed["file"],
            name=typed["file"].name or "",
            counts_from=typed["counts_from"],
            reason=typed["reason"],
        )
    except Refused as refusal:
        add_refusal(form, refusal)
        return None


def _to_paper(workshop: Workshop, viewer: Viewer, paper: Submission) -> HttpResponse:
    """Whoever turns out to have a conflict with it does not go to its page."""
    fresh = Viewer(viewer.person)
    if visible_to(fresh, "act", Submission).filter(pk=paper.pk).exists():
        return redirect("desk:paper", workshop.slug, paper.number)
    return redirect("desk:papers", workshop.slug)
