"""What a proposal will be made from: bids, and how near papers are to what reviewers know."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from access.viewer import Viewer
from audit.errors import Refused, StaleState, add_refusal
from audit.text import whole_number
from desk.forms_matching import AffinityForm, ScoresForm
from desk.reading.matching import PAGE, job_of, read_book, read_matching
from desk.reading.people_query import PeopleQuery
from desk.views.base import actor, desk_page, desk_render
from jobs.models import Job
from reviews.models import Affinity
from reviews.scoring import Weights
from reviews.services.affinity import choose_affinity, start_affinity
from reviews.services.import_affinities import import_affinities, read_scores
from workshops.models import Workshop
from workshops.states import Role

SECTION = "assignment"
PROBLEMS = 50


@require_safe
@desk_page
def matching(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """Bids and affinities. ``?part=progress`` is the part that is asked for again while affinities are computed."""
    if request.GET.get("part") == "progress":
        return _progress(request, workshop, job_of(read_book(workshop)))
    return _page(request, workshop, viewer)


def _progress(request: HttpRequest, workshop: Workshop, job: Job | None) -> HttpResponse:
    response = render(request, "desk/matching_progress.html", {"workshop": workshop, "job": job})
    if job is None or job.finished_at:
        response["HX-Refresh"] = "true"
    return response


def _page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    *,
    form: AffinityForm | None = None,
    scores_form: ScoresForm | None = None,
    status: int = 200,
) -> HttpResponse:
    start = whole_number(request.GET.get("after", ""), digits=6) or 0
    found = read_matching(workshop, viewer, timezone.now(), start=start)
    end = start + len(found.reviewers)
    context = {
        "found": found,
        "newer_url": f"?after={max(0, start - PAGE)}#bids" if start else "",
        "older_url": f"?after={end}#bids" if end < found.all_reviewers else "",
        "page_words": f"{start + 1} to {end} of {found.all_reviewers}",
        "form": form or AffinityForm(book=found.book, has_imported=found.scored > 0),
        "scores_form": scores_form or ScoresForm(auto_id="scores_%s"),
        "weights": Weights(),
        "not_bid": PeopleQuery(role=Role.REVIEWER, look="no_bids").as_text(),
    }
    return desk_render(request, "desk/matching.html", workshop, viewer, SECTION, context, status)


@require_POST
@desk_page
def matching_action(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """``do``: compute, choose, look (at a file of scores), import."""
    verb = request.POST.get("do", "")
    if verb == "compute":
        start_affinity(workshop=workshop, by=actor(viewer))
        messages.success(request, "A worker compares the papers now. You may close the page.")
        return redirect("desk:matching", workshop.slug)
    if verb == "choose":
        return _choose(request, workshop, viewer)
    if verb in ("look", "import"):
        return _scores(request, workshop, viewer, verb)
    raise Http404


def _choose(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    found = read_matching(workshop, viewer, timezone.now())
    form = AffinityForm(request.POST, book=found.book, has_imported=found.scored > 0)
    if form.is_valid():
        given = form.cleaned_data
        try:
            choose_affinity(
                workshop=workshop,
                by=actor(viewer),
                method=given["method"],
                imported=given.get("imported", found.book.imported),
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Kept. The next proposal is made with it.")
            return redirect("desk:matching", workshop.slug)
    return _page(request, workshop, viewer, form=form, status=422)


def _scores(request: HttpRequest, workshop: Workshop, viewer: Viewer, verb: str) -> HttpResponse:
    form = ScoresForm(request.POST, request.FILES, auto_id="scores_%s")
    if not form.is_valid():
        return _page(request, workshop, viewer, scores_form=form, status=422)
    given = form.cleaned_data
    file = {"content": given["content"], "name": given["name"]}
    refusal, status = "", 200
    if verb == "import":
        try:
            count = import_affinities(
                workshop=workshop,
                by=actor(viewer),
                imported=given["imported"],
                seen=given["seen"] or 0,
                rest=bool(request.POST.get("rest")),
                **file,
            )
        except Refused as refused:
            refusal, status = refused.sentence, 409 if isinstance(refused, StaleState) else 422
        else:
            messages.success(request, f"{count} scores are taken. The next proposal is made with them.")
            return redirect("desk:matching", workshop.slug)
    found = read_scores(workshop=workshop, by=actor(viewer), **file)
    before = Affinity.objects.filter(method="imported", submission__in=list(found.rows)).count()
    context = {
        "found": found,
        "problems": found.problems[:PROBLEMS],
        "more": max(0, len(found.problems) - PROBLEMS),
        "before": before,
        "name": given["name"],
        "again": form.packed(),
        "imported": given["imported"],
        "words": dict(form.fields["imported"].choices)[given["imported"]],  # type: ignore[attr-defined]  # a choice field
        "refusal": refusal,
    }
    return desk_render(request, "desk/matching_scores.html", workshop, viewer, SECTION, context, status)
