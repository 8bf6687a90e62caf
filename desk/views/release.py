"""Telling the authors: what would go out, to how many, and the deliberate act that starts it."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from access.prepared import prepared
from access.viewer import Viewer
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from decisions.emails import kind_for
from decisions.letters import address_of
from decisions.rules import nearest_pinned
from decisions.services.release import start_release
from decisions.states import OutcomeKind
from desk.forms import ReleaseForm
from desk.reading.levels import sealed_papers
from desk.reading.list_query import number_in
from desk.reading.release import ReleasePage, read_letter, read_release
from desk.reading.roots import batches_seen
from desk.reading.unhandled import unhandled_from, unhandled_rows
from desk.services.reveal import reveal
from desk.views.base import actor, desk_page, desk_render
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
    after = whole_number(request.GET.get("mails", "")) or 0
    plan = read_release(workshop, viewer, track=track, after=after, desk_rejections=only, alone=alone)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            started = start_release(
                workshop=workshop,
                by=actor(viewer),
                track=track,
                typed=form.cleaned_data["typed"],
                exceptions={int(number): text for number, text in _reasons(request).items() if number_in(number)},
                others=request.POST.get("others", ""),
                desk_rejections=only,
                alone=_why_alone(request) if alone and plan.seconded_by_nobody else "",
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("desk:batch", workshop.slug, started.batch_id)
    context = _context(around, plan, track, _reasons(request), only)
    context |= {"form": form, "near": near, "alone": alone, "after": after, "others": request.POST.get("others", "")}
    context |= {"why_alone": request.POST.get("alone", ""), "more_url": _more_url(request, plan)}
    context["without"] = unhandled_from(around["without"], around["dates"])
    return desk_render(
        request, "desk/release.html", workshop, viewer, "decisions", context, 422 if form.errors else 200
    )


def _reasons(request: HttpRequest) -> dict[str, str]:
    """Why papers are told later, as typed, by what was sent as their number."""
    typed = {name.removeprefix(REASON): str(text) for name, text in request.POST.items() if name.startswith(REASON)}
    return {number: text for number, text in typed.items() if text.strip()}


def _more_url(request: HttpRequest, plan: ReleasePage) -> str:
    """Where the list of mails goes on."""
    if plan.more is None:
        return ""
    query = request.GET.copy()
    query["mails"] = str(plan.more)
    return f"?{query.urlencode()}#letters"


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
    held = batches_seen(workshop_id, viewer).filter(kind="decision", status=BatchStatus.HELD)
    return {
        "tracks": Track.objects.filter(workshop=workshop_id),
        "dates": Deadline.objects.filter(workshop=workshop_id),
        "held": held.order_by("-id")[:1],
        "sealed": sealed_papers(workshop_id, viewer).values_list("pk"),
        "without": unhandled_rows(viewer, workshop_id),
    }


def _context(
    rows: dict[str, list[Any]], plan: ReleasePage, track: Track | None, reasons: dict[str, str], only: bool
) -> dict[str, Any]:
    tracks = [(row.slug, row.name) for row in sorted(rows["tracks"], key=lambda row: (row.position, row.pk))]
    chosen = track.slug if track else ""
    chips = [
        {"words": name, "count": None, "on": slug == chosen, "url": f"?track={slug}" if slug != chosen else "?"}
        for slug, name in tracks
    ]
    return {
        "plan": plan,
        "track": track,
        "only": only,
        "chips": [*chips, _only_chip(only)],
        "outcomes": sorted(plan.by_outcome.items()),
        "blocked": [(paper, reasons.get(str(paper.number), "")) for paper in plan.blocked],
        "sealed": len(rows["sealed"]),
        "held": next(iter(rows["held"]), None),
    }


def _only_chip(only: bool) -> dict[str, Any]:
    url = "?" if only else f"?only={OutcomeKind.DESK_REJECT}"
    return {"words": "Desk rejections only", "count": None, "on": only, "url": url}


@desk_page
def letter(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int, author: int) -> HttpResponse:
    """The mail that one author would get, word by word."""
    alone = request.GET.get("alone") == "1"
    found = read_letter(workshop, viewer, number, author, alone=alone)
    if found is None:
        raise Http404
    one = found.letter
    reveal(by=actor(viewer), workshop=workshop, page="letter", submission=one.submission)
    rendered, problem = None, ""
    try:
        rendered = render(kind_for(one.decision.outcome.kind), scope_of(workshop.pk), one.values)
    except MissingValue as missing:
        problem = missing.sentence
    context = {
        "found": found,
        "letter": one,
        "to": address_of(one.author),
        "mail": rendered,
        "problem": problem,
        "alone": alone,
    }
    return desk_render(request, "desk/letter.html", workshop, viewer, "decisions", context)
