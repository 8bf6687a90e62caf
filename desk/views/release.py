"""Telling the authors: what would go out, to how many, and the deliberate act that starts it."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from access.prepared import prepared
from access.viewer import Viewer
from audit.errors import Refused, add_refusal
from decisions.emails import kind_for
from decisions.rules import nearest_pinned
from decisions.services.release import Letter, ReleasePreview, address_of, preview, start_release
from decisions.states import OutcomeKind
from desk.forms import ReleaseForm
from desk.reading.levels import sealed_papers
from desk.reading.list_query import number_in
from desk.reading.unhandled import unhandled_from, unhandled_rows
from desk.services.reveal import reveal
from desk.views.base import actor, desk_page, desk_render
from notifications.models import Batch
from notifications.rendering import render, scope_of
from notifications.sandbox import MissingValue
from notifications.states import BatchStatus
from workshops.models import Deadline, Track, Workshop

REASON = "why-"


@desk_page
def release(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    around: dict[str, list[Any]] = _around(viewer, workshop.pk)
    track = _track(around["tracks"], request)
    only = request.GET.get("only") == OutcomeKind.DESK_REJECT
    near = nearest_pinned(around["dates"], track, timezone.now())
    alone = near is not None and request.GET.get("alone") == "1"
    plan = preview(workshop=workshop, viewer=viewer, track=track, desk_rejections=only, alone=alone)
    form = ReleaseForm(request.POST or None)
    reasons = {name.removeprefix(REASON): str(text) for name, text in request.POST.items() if name.startswith(REASON)}
    if request.method == "POST" and form.is_valid():
        exceptions = {int(number): text for number, text in reasons.items() if number_in(number) and text.strip()}
        try:
            started = start_release(
                workshop=workshop,
                by=actor(viewer),
                track=track,
                typed=form.cleaned_data["typed"],
                exceptions=exceptions,
                desk_rejections=only,
                alone=_why_alone(request) if alone and plan.seconded_by_nobody else "",
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("desk:batch", workshop.slug, started.batch_id)
    context = _context(around, plan, track, reasons, only) | {"form": form, "only": only}
    context |= {"near": near, "alone": alone, "why_alone": request.POST.get("alone", "")}
    context["without"] = unhandled_from(around["without"], around["dates"])
    return desk_render(
        request, "desk/release.html", workshop, viewer, "decisions", context, 422 if form.errors else 200
    )


def _why_alone(request: HttpRequest) -> str:
    """Raises Refused without a word."""
    if why := request.POST.get("alone", "").strip():
        return why
    raise Refused("Write why you tell by yourself what no second person has confirmed.")


def _track(tracks: list[Track], request: HttpRequest) -> Track | None:
    slug = request.GET.get("track", "")
    if not slug:
        return None
    found = next((track for track in tracks if track.slug == slug), None)
    if found is None:
        raise Http404
    return found


@prepared
def _around(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    held = Batch.objects.filter(workshop_id=workshop_id, kind="decision", status=BatchStatus.HELD)
    return {
        "tracks": Track.objects.filter(workshop=workshop_id),
        "dates": Deadline.objects.filter(workshop=workshop_id),
        "held": held.order_by("-id")[:1],
        "sealed": sealed_papers(workshop_id, viewer).values_list("pk"),
        "without": unhandled_rows(viewer, workshop_id),
    }


def _context(
    rows: dict[str, list[Any]], plan: ReleasePreview, track: Track | None, reasons: dict[str, str], only: bool
) -> dict[str, Any]:
    tracks = [(row.slug, row.name) for row in sorted(rows["tracks"], key=lambda row: (row.position, row.pk))]
    chosen = track.slug if track else ""
    chips = [
        {"words": name, "count": None, "on": slug == chosen, "url": f"?track={slug}" if slug != chosen else "?"}
        for slug, name in tracks
    ]
    numbers = {paper.pk: paper.number for paper in plan.ready}
    return {
        "plan": plan,
        "track": track,
        "chips": [*chips, _only_chip(only)],
        "outcomes": sorted(plan.by_outcome.items()),
        "blocked": [(paper, reasons.get(str(paper.number), "")) for paper in plan.blocked],
        "undecided": {paper.number for paper in plan.undecided},
        "letters": [(letter.submission, letter.author.position, letter.author.pk) for letter in plan.letters],
        "no_address": [(numbers[author.submission_id], author.position) for author in plan.no_address],
        "sealed": len(rows["sealed"]),
        "held": next(iter(rows["held"]), None),
    }


def _only_chip(only: bool) -> dict[str, Any]:
    url = "?" if only else f"?only={OutcomeKind.DESK_REJECT}"
    return {"words": "Desk rejections only", "count": None, "on": only, "url": url}


@desk_page
def letter(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, author: int) -> HttpResponse:
    """The mail that one author would get, word by word."""
    plan = preview(workshop=workshop, viewer=viewer, track=None)
    found: Letter | None = next(
        (one for one in plan.letters if one.submission.number == number and one.author.pk == author), None
    )
    if found is None:
        raise Http404
    reveal(by=actor(viewer), workshop=workshop, page="letter", submission=found.submission)
    rendered, problem = None, ""
    try:
        rendered = render(kind_for(found.decision.outcome.kind), scope_of(workshop.pk), found.values)
    except MissingValue as missing:
        problem = missing.sentence
    place = plan.letters.index(found)
    context = {
        "letter": found,
        "to": address_of(found.author),
        "mail": rendered,
        "problem": problem,
        "before": plan.letters[place - 1] if place else None,
        "after": plan.letters[place + 1] if place + 1 < len(plan.letters) else None,
        "place": place + 1,
        "total": len(plan.letters),
    }
    return desk_render(request, "desk/letter.html", workshop, viewer, "decisions", context)
