"""One person of a workshop: what they do, and what an organizer changes about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer
from accounts.models import User
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from desk.forms_people import LoadForm
from desk.reading.list_query import pairs_of
from desk.reading.mail import TONES, label_of
from desk.reading.people_query import PeopleQuery
from desk.reading.person import Person, people_of, read_person
from desk.views.base import actor, desk_page, desk_render
from notifications.states import MessageStatus
from reviews.models import Reviewer
from reviews.services.leave import end_role_of
from reviews.services.reviewers import change_reviewer
from workshops.models import Membership, Track, Workshop
from workshops.services.roles import change_track
from workshops.states import Role


@require_safe
@desk_page
def person(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    return _page(request, workshop, viewer, pk)


def _user(workshop: Workshop, viewer: Viewer, pk: int) -> User:
    return get_or_404(viewer, "directory", people_of(workshop.pk), pk=pk)


def _page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    pk: int,
    form: LoadForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = read_person(workshop, viewer, pk)
    if found is None:
        raise Http404
    context = {
        "person": found,
        "form": form or _load_form(found),
        "chairs_for": _tracks(found),
        "mails": [_mail(row) for row in found.mails],
        "back": PeopleQuery.of(pairs_of(request.GET)).url() if request.GET.get("in") == PeopleQuery.name else "",
    }
    return desk_render(request, "desk/person.html", workshop, viewer, "people", context, status)


def _load_form(found: Person) -> LoadForm | None:
    row = found.reviewer
    if row is None:
        return None
    return LoadForm(initial={"load_max": row.load_max, "senior": row.senior, "emergency": row.emergency})


def _tracks(found: Person) -> list[Track]:
    """Which tracks an area chair could be of; nothing for somebody who is none."""
    chairs = any(row.role == Role.AREA_CHAIR for row in found.open_roles)
    return found.tracks if chairs else []


def _mail(row: Any) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "subject": row.subject,
        "label": label_of(row.kind),
        "status": row.status,
        "words": row.get_status_display(),
        "tone": TONES.get(MessageStatus(row.status), "neutral"),
        "at": row.sent_at or row.created_at,
    }


# --- what is changed --------------------------------------------------------------------------------------------------


@require_POST
@desk_page
def change_person(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    """``do``: load (with ``load_max``, ``senior``, ``emergency``), track or end_role (with ``membership``)."""
    user = _user(workshop, viewer, pk)
    if request.POST.get("do") == "load":
        return _load(request, workshop, viewer, user)
    action = _ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise Http404
    try:
        messages.success(request, action(request, workshop, viewer, user))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk:person", workshop.slug, user.pk)


def _load(request: HttpRequest, workshop: Workshop, viewer: Viewer, user: User) -> HttpResponse:
    rows = Reviewer.objects.select_related("user", "workshop").filter(workshop=workshop)
    row = get_or_404(viewer, "row", rows, user=user)
    form = LoadForm(request.POST)
    if form.is_valid():
        try:
            change_reviewer(reviewer=row, by=actor(viewer), **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"Saved: {user.name} reviews at most {row.load_max} papers.")
            return redirect("desk:person", workshop.slug, user.pk)
    return _page(request, workshop, viewer, user.pk, form, status=422)


def _membership(request: HttpRequest, workshop: Workshop, viewer: Viewer, user: User) -> Membership:
    rows = Membership.objects.open().select_related("user", "workshop").filter(workshop=workshop, user=user)
    key = whole_number(request.POST.get("membership"))
    if key is None:
        raise Http404
    return get_or_404(viewer, "row", rows, pk=key)


def _end_role(request: HttpRequest, workshop: Workshop, viewer: Viewer, user: User) -> str:
    row = _membership(request, workshop, viewer, user)
    back = end_role_of(membership=row, by=actor(viewer), take_back=request.POST.get("take_back") == "on")
    papers = f" {back} paper{'' if back == 1 else 's'} taken back; they are thanked." if back else ""
    return f"{user.name} is no longer {row.get_role_display().lower()}.{papers}"


def _track(request: HttpRequest, workshop: Workshop, viewer: Viewer, user: User) -> str:
    row = _membership(request, workshop, viewer, user)
    slug = request.POST.get("track", "")
    track = get_or_404(viewer, "settings", Track.objects.filter(workshop=workshop), slug=slug) if slug else None
    change_track(membership=row, track=track, by=actor(viewer))
    return f"{user.name} is {row.get_role_display().lower()} of {track.name if track else 'all tracks'} now."


_ACTIONS: dict[str, Callable[[HttpRequest, Workshop, Viewer, User], str]] = {"end_role": _end_role, "track": _track}
