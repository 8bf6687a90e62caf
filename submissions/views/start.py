"""Begin a paper: choose a track, type a title. An account is asked for at the end."""

import secrets

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access.rights import get_or_404, visible_to
from access.viewer import follow_link, viewer_of
from accounts.limits import within_limit
from audit.errors import Refused, add_refusal
from submissions.forms import StartForm
from submissions.models import Submission
from submissions.services.admission import may_begin_late
from submissions.services.start import start_submission
from workshops.calls import windows_of
from workshops.middleware import received_at
from workshops.models import Deadline, Track, Workshop
from workshops.states import DeadlineKind

SALT = "submissions.start"
TOO_MANY = (
    "Many papers were begun from your network within the hour. Sign in first, or try again a little later: what you "
    "typed is still here."
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a track, type a title, go on: also without an account, behind a private link."""
    viewer = viewer_of(request)
    workshop = get_or_404(viewer, "public", Workshop, slug=slug)
    tracks = list(visible_to(viewer, "row", Track).filter(workshop=workshop))
    typed = request.POST if request.method == "POST" else None
    form = StartForm(typed, tracks=tracks)
    if typed is not None and form.is_valid():
        try:
            paper = _begin(request, workshop, form)
            return redirect("submissions:paper", workshop.slug, paper.number)
        except Refused as refusal:
            add_refusal(form, refusal)
    return _start_page(request, workshop, tracks, form)


def _begin(request: HttpRequest, workshop: Workshop, form: StartForm) -> Submission:
    given = {name: form.cleaned_data[name] for name in ("title", "track")}
    at = received_at(request)
    if request.user.is_authenticated:
        return start_submission(workshop=workshop, by=request.user, received_at=at, **given)
    if not within_limit(request, "begin_paper"):
        raise Refused(TOO_MANY)
    link = _link(request)
    paper = start_submission(workshop=workshop, by=None, received_at=at, link=link, **given)
    follow_link(request, link)
    return paper


def _link(request: HttpRequest) -> str:
    """The secret that the page came with, so that a double click begins one paper; a new one where it is not ours."""
    try:
        return str(signing.loads(request.POST.get("once", ""), salt=SALT, max_age=24 * 3600))
    except signing.BadSignature:
        return secrets.token_urlsafe(32)


def _start_page(request: HttpRequest, workshop: Workshop, tracks: list[Track], form: StartForm) -> HttpResponse:
    rows = list(visible_to(viewer_of(request), "row", Deadline).filter(workshop=workshop))
    now = received_at(request)
    windows = windows_of(tracks, rows, now)
    cards = [
        (track, windows[track.pk][DeadlineKind.SUBMISSION], may_begin_late(windows[track.pk], now)) for track in tracks
    ]
    context = {
        "workshop": workshop,
        "form": form,
        "cards": cards,
        "any_open": any(entry.is_open or late for _, entry, late in cards),
        "chosen": str(form["track"].value() or ""),
        "once": "" if request.user.is_authenticated else signing.dumps(secrets.token_urlsafe(32), salt=SALT),
    }
    return render(request, "submissions/start.html", context, status=422 if form.errors else 200)
