"""The papers to decide on, in one table; each row is saved by itself."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer
from audit.errors import Refused
from audit.text import whole_number
from decisions.models import Outcome
from decisions.rules import needs_second_person
from decisions.services.decide import confirm as confirm_one
from decisions.services.decide import decide
from desk.reading.decisions import Board, DecisionRow, decidable, read_around, read_board, read_rows
from desk.reading.list_query import number_in
from desk.reading.paper_query import DECISION_STATES
from desk.services.confirm_all import confirm_all
from desk.views.base import actor, desk_page, desk_render
from submissions.models import Submission
from workshops.models import Track, Workshop


@require_safe
@desk_page
def decisions(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    around = read_around(workshop, viewer)
    tracks = sorted(around["tracks"], key=lambda one: (one.position, one.pk))
    track = next((one for one in tracks if one.slug == request.GET.get("track")), None)
    state = request.GET.get("state", "") if request.GET.get("state") in DECISION_STATES else ""
    two = needs_second_person(workshop, len(around["organizers"]))
    number = request.GET.get("page", "1")
    page = whole_number(number, digits=5) or 1
    board = read_board(workshop, viewer, around, two=two, track=track.name if track else "", state=state, page=page)
    slug = track.slug if track else ""
    context = {
        "board": board,
        "two": two,
        "track": track,
        "state": state,
        "kept": request.GET.urlencode(),
        **_pages(board, {"track": slug, "state": state}),
        "track_chips": [_chip("track", one.slug, one.name, slug, {"state": state}) for one in tracks],
        "state_chips": [_chip("state", key, words, state, {"track": slug}) for key, words in DECISION_STATES.items()],
    }
    return desk_render(request, "desk/decisions.html", workshop, viewer, "decisions", context)


def _pages(board: Board, kept: dict[str, str]) -> dict[str, str]:
    def url(page: int) -> str:
        return "?" + urlencode({key: text for key, text in kept.items() if text} | {"page": page})

    return {
        "newer_url": url(board.page - 1) if board.page > 1 else "",
        "older_url": url(board.page + 1) if board.page < board.pages else "",
        "page_words": f"Page {board.page} of {board.pages}" if board.pages > 1 else "",
    }


def _chip(name: str, value: str, words: str, chosen: str, others: dict[str, str]) -> dict[str, Any]:
    kept = {**others, name: "" if chosen == value else value}
    query = "&".join(f"{key}={text}" for key, text in kept.items() if text)
    return {"words": words, "count": None, "on": chosen == value, "url": f"?{query}"}


@require_POST
@desk_page
def decide_row(request: HttpRequest, workshop: Workshop, viewer: Viewer, number: int) -> HttpResponse:
    """Save one row. With htmx the row comes back as it is now, else the table does."""
    papers = Submission.objects.of(workshop.pk).select_related("track", "workshop")
    paper = get_or_404(viewer, "act", papers, number=number)
    error = _save(request, paper, viewer)
    if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        if error:
            messages.error(request, error)
        return redirect(f"{reverse('desk:decisions', args=[workshop.slug])}?{request.GET.urlencode()}".rstrip("?"))
    row = replace(_row(workshop, viewer, paper), error=error, typed=request.POST.get("reason", "") if error else "")
    two = needs_second_person(workshop)
    context = {"row": row, "workshop": workshop, "two": two, "swapped": True, "kept": request.GET.urlencode()}
    return render(request, "desk/_decision_row.html", context)


def _save(request: HttpRequest, paper: Submission, viewer: Viewer) -> str:
    """The sentence that says why it was not saved; nothing when it was."""
    chosen, version = request.POST.get("outcome", ""), request.POST.get("version", "")
    if not (number_in(chosen) and number_in(version)):
        return f"Paper {paper.number}: choose a decision first."
    outcome = Outcome.objects.filter(pk=int(chosen), track=paper.track_id).first()
    if outcome is None:
        return f"Paper {paper.number}: choose one of the outcomes of its track."
    decision = getattr(paper, "decision", None)
    kept = {"to_authors": decision.to_authors, "reason": decision.reason} if decision else {}
    kept["reason"] = request.POST.get("reason", "").strip() or kept.get("reason", "")
    try:
        if request.POST.get("verb") == "confirm" and decision is not None and decision.outcome_id == outcome.pk:
            confirm_one(decision=decision, by=actor(viewer))
        else:
            decide(submission=paper, outcome=outcome, by=actor(viewer), version=int(version), **kept)
    except Refused as refusal:
        return refusal.sentence
    return ""


def _row(workshop: Workshop, viewer: Viewer, paper: Submission) -> DecisionRow:
    if not decidable(workshop.pk, viewer).filter(pk=paper.pk).exists():
        raise Http404
    return read_rows([paper.pk], workshop, viewer, two=needs_second_person(workshop))[0]


@require_POST
@desk_page
def confirm(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """Confirm all that this person may, of one track or of all."""
    track = Track.objects.filter(workshop=workshop, slug=request.POST.get("track", "")).first()
    done = confirm_all(workshop=workshop, by=actor(viewer), track=track)
    said = "1 decision is confirmed." if done == 1 else f"{done} decisions are confirmed."
    messages.success(request, said if done else "There was nothing that you could confirm.")
    return redirect("desk:decisions", workshop.slug)
