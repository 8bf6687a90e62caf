"""Begin a paper: choose a track, type a title."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.rights import get_or_404, visible_to
from access.viewer import viewer_of
from audit.errors import Refused
from submissions.forms import StartForm
from submissions.services.start import start_submission
from workshops.calls import windows_of
from workshops.middleware import received_at
from workshops.models import Deadline, Track, Workshop
from workshops.states import DeadlineKind

BEGUN = "begun_paper"


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a track, type a title, go on. Whoever is not signed in types first and signs in then."""
    viewer = viewer_of(request)
    workshop = get_or_404(viewer, "public", Workshop, slug=slug)
    tracks = list(visible_to(viewer, "row", Track).filter(workshop=workshop))
    kept = request.session.get(BEGUN) if request.user.is_authenticated else None
    typed = request.POST if request.method == "POST" else None
    form = StartForm(typed, tracks=tracks, initial=kept if kept and kept.get("slug") == slug else None)
    if typed is not None and form.is_valid():
        answer = _begin(request, workshop, form)
        if answer is not None:
            return answer
    return _start_page(request, workshop, tracks, form)


def _begin(request: HttpRequest, workshop: Workshop, form: StartForm) -> HttpResponse | None:
    title, track = form.cleaned_data["title"], form.cleaned_data["track"]
    if not request.user.is_authenticated:
        request.session[BEGUN] = {"slug": workshop.slug, "title": title, "track": str(track.pk)}
        return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.path})}")
    try:
        paper = start_submission(
            workshop=workshop, track=track, by=request.user, received_at=received_at(request), title=title
        )
    except Refused as refusal:
        form.add_error(refusal.field or None, refusal.sentence)
        return None
    request.session.pop(BEGUN, None)
    return redirect("submissions:paper", workshop.slug, paper.number)


def _start_page(request: HttpRequest, workshop: Workshop, tracks: list[Track], form: StartForm) -> HttpResponse:
    rows = list(visible_to(viewer_of(request), "row", Deadline).filter(workshop=workshop))
    windows = windows_of(tracks, rows, received_at(request))
    cards = [(track, windows[track.pk][DeadlineKind.SUBMISSION]) for track in tracks]
    context = {
        "workshop": workshop,
        "form": form,
        "cards": cards,
        "any_open": any(entry.is_open for _, entry in cards),
        "chosen": str(form["track"].value() or ""),
    }
    return render(request, "submissions/start.html", context, status=422 if form.errors else 200)
