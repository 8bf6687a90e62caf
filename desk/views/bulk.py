"""One act on many papers: a page that says what it would do to which, then the deliberate press, then the way back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from access.viewer import Viewer
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from desk.forms_papers import FORMS, PapersForm
from desk.reading.paper_query import PaperQuery
from desk.reading.papers import numbers_in_order
from desk.services import bulk as acts
from desk.views.acts import renewed
from desk.views.base import actor, desk_page, desk_render
from workshops.models import Track, Workshop

WORDS = {
    "desk_reject": "Desk-reject, not told yet",
    "undecide": "Take desk rejections back",
    "transfer": "Move to another track",
    "extend": "Open longer",
    "remind": "Remind the incomplete ones",
}
BUTTONS = {
    "desk_reject": "Desk-reject {}",
    "undecide": "Make {} undecided",
    "transfer": "Move {}",
    "extend": "Open {} longer",
    "remind": "Write reminders for {}",
}
EXPLAINED = {
    "desk_reject": "A desk rejection is a decision: it is tentative, a second organizer confirms it where the workshop "
    "asks for two, and nobody is told before it is released. Until then it can be taken back.",
    "undecide": "The papers are under review again, and what was written about the rejection is thrown away. Nobody "
    "was told of it.",
    "transfer": "Every author gets a mail ten minutes after the move, with your reason and with what is different. "
    "Within these ten minutes nobody notices that you take it back.",
    "extend": "Until then their authors can complete and change them, whatever the deadline says. They are told.",
    "remind": "This writes one mail a paper, to its corresponding author, and shows them to you. They leave once you "
    "confirm them.",
}
SAID = {
    "desk_reject": "{} desk-rejected. The authors do not know it before it is released.",
    "undecide": "{} undecided again.",
    "extend": "{} open longer, and their authors are told.",
    "transfer": "{} moved. The authors are told in ten minutes.",
}
UNDONE = "undo_papers"
"""Where the session keeps what was done last, until the list is drawn."""


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def bulk(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    query = PaperQuery.from_text(given.get("list", ""))
    act, numbers = given.get("act", ""), _numbers(workshop, viewer, given, query)
    if act not in WORDS or not numbers:
        messages.info(request, "Select some papers first, then say what to do with them.")
        return _back(workshop, query)
    tracks = list(Track.objects.filter(workshop=workshop))
    track = next((one for one in tracks if one.slug == given.get("to")), None)
    form = FORMS[act](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _apply(request, workshop, viewer, act, numbers, track, form, query)
        if answer is not None:
            return answer
    options = acts.Options(track=track, again=act == "remind" and request.POST.get("again") == "on")
    plan = acts.plan(workshop=workshop, viewer=viewer, act=act, numbers=numbers, options=options)
    context = {
        "act": act,
        "title": WORDS[act],
        "explained": EXPLAINED[act],
        "button": BUTTONS[act].format(_papers(len(plan.takes))),
        "plan": plan,
        "form": renewed(form, len(plan.takes)),
        "numbers": numbers,
        "list": query.as_text(),
        "track": track,
        "tracks": _track_chips(tracks, track, act, numbers, query) if act == "transfer" else [],
        "ready": bool(plan.takes) and (act != "transfer" or track is not None),
    }
    status = 422 if form.is_bound else 200
    return desk_render(request, "desk/bulk.html", workshop, viewer, "papers", context, status)


def _numbers(workshop: Workshop, viewer: Viewer, given: QueryDict, query: PaperQuery) -> list[int]:
    """The papers that were selected, or all that the list finds."""
    if given.get("all") == "1":
        return numbers_in_order(workshop, viewer, query)[: acts.MOST]
    typed = (whole_number(text, digits=9) for text in given.getlist("paper"))
    return list(dict.fromkeys(number for number in typed if number is not None))[: acts.MOST]


def _apply(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    act: str,
    numbers: list[int],
    track: Track | None,
    form: PapersForm,
    query: PaperQuery,
) -> HttpResponse | None:
    """Where to go when it is done; None when it was refused, with the sentence in the form."""
    try:
        done = acts.apply(
            workshop=workshop,
            by=actor(viewer),
            act=act,
            numbers=numbers,
            seen=form.cleaned_data["seen"],
            options=form.options(track),
        )
    except Refused as refusal:
        add_refusal(form, refusal)
        return None
    if done.batch is not None:
        messages.success(request, "The reminders are written. Look at them, then confirm: nothing has left yet.")
        return redirect("desk:batch", workshop.slug, done.batch.pk)
    said = SAID[act].format(f"{_papers(len(done.numbers))} {'is' if len(done.numbers) == 1 else 'are'}")
    if done.undo:
        request.session[UNDONE] = {"act": act, "numbers": done.numbers, "said": said, "workshop": workshop.pk}
    else:
        messages.success(request, said)
    return _back(workshop, query)


@require_POST
@desk_page
def undo_bulk(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """Take back what was done to these papers, as far as it still can be."""
    act = request.POST.get("act", "")
    if act not in acts.UNDO:
        raise Http404
    query = PaperQuery.from_text(request.POST.get("list", ""))
    numbers = _numbers(workshop, viewer, request.POST, query)
    done = acts.undo(workshop=workshop, by=actor(viewer), act=act, numbers=numbers)
    if done:
        messages.success(request, f"Taken back for {_papers(done)}.")
    if left := len(numbers) - done:
        messages.warning(request, f"{_papers(left)} could not be taken back: see the paper's own page.")
    return _back(workshop, query)


def undoable(request: HttpRequest, workshop: Workshop) -> dict[str, Any] | None:
    """What was done last, to be offered once for taking back."""
    if UNDONE not in request.session:
        return None
    kept = request.session.pop(UNDONE)
    return kept if kept["workshop"] == workshop.pk else None


def _papers(number: int) -> str:
    return "1 paper" if number == 1 else f"{number} papers"


def _track_chips(
    tracks: list[Track], chosen: Track | None, act: str, numbers: list[int], query: PaperQuery
) -> list[dict[str, Any]]:
    kept: list[tuple[str, Any]] = [("act", act), ("list", query.as_text()), *(("paper", number) for number in numbers)]
    return [
        {
            "words": track.name,
            "count": None,
            "on": track == chosen,
            "url": "?" + urlencode([*kept, ("to", track.slug)]),
        }
        for track in tracks
    ]


def _back(workshop: Workshop, query: PaperQuery) -> HttpResponse:
    return redirect(f"{reverse('desk:papers', args=[workshop.slug])}{query.url()}".rstrip("?"))
