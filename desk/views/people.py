"""The people of a workshop: roles, loads, invitations."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404
from access.viewer import Viewer
from audit.errors import Refused
from desk.forms_people import LoadForm
from desk.reading.people import INVITED, ROLES, PeopleQuery, counts, invitation_counts, list_people
from desk.reading.volunteers import waiting_count
from desk.views.base import desk_page, desk_render
from reviews.models import Invitation, Reviewer
from reviews.services.invite import send_again, take_back
from reviews.services.reviewers import change_reviewer
from reviews.states import InvitationStatus
from workshops.models import Membership, Workshop
from workshops.services.roles import end_role


def _by(viewer: Viewer) -> Any:
    """The organizer who acts."""
    return viewer.person


@require_safe
@desk_page
def people(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    query = PeopleQuery.of(request.GET.dict())
    found = list_people(workshop, viewer, query)
    context = {
        "query": query,
        "found": found,
        "chips": _chips(workshop, viewer, query),
        "states": _states(workshop, viewer, query) if query.role == INVITED else [],
        "older_url": query.url(after=found.older_after) if found.older_after else "",
        "newer_url": query.url() if query.after else "",
        "kept": [(name, value) for name, value in (("role", query.role), ("state", query.state)) if value],
        "is_filtered": bool(query.q or query.state),
    }
    return desk_render(request, "desk/people.html", workshop, viewer, "people", context)


def _chips(workshop: Workshop, viewer: Viewer, query: PeopleQuery) -> list[dict[str, Any]]:
    found = counts(workshop, viewer)
    roles = [
        {
            "words": words,
            "count": found.get(role, 0),
            "on": query.role == role,
            "url": query.url(role=str(role), state=""),
        }
        for role, words in ROLES.items()
    ]
    waiting = {"words": "Volunteers", "count": waiting_count(workshop, viewer), "on": False}
    return [*roles, waiting | {"url": reverse("desk:volunteers", args=[workshop.slug])}]


def _people_url(workshop: Workshop) -> str:
    return reverse("desk:people", args=[workshop.slug])


def _states(workshop: Workshop, viewer: Viewer, query: PeopleQuery) -> list[dict[str, Any]]:
    found = invitation_counts(workshop, viewer)
    return [
        {
            "words": state.label,
            "count": found[state],
            "on": query.state == state,
            "url": query.url(state="" if query.state == state else str(state)),
        }
        for state in InvitationStatus
        if state in found
    ]


# --- what is done with one line ---------------------------------------------------------------------------------------


@require_POST
@desk_page
def people_action(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """``do``: send_again, take_back (with ``invitation``), end_role (``membership``), load (``reviewer``)."""
    action = _ACTIONS.get(request.POST.get("do", ""))
    if action is None:
        raise Http404
    try:
        messages.success(request, action(request, workshop, viewer))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    back = request.POST.get("back", "")
    return redirect(_people_url(workshop) + (back if back.startswith("?") else ""))


def _invitation(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> Invitation:
    rows = Invitation.objects.select_related("workshop", "track", "user", "invited_by").filter(workshop=workshop)
    try:
        return get_or_404(viewer, "row", rows, pk=UUID(request.POST.get("invitation", "")))
    except ValueError:
        raise Http404 from None


def _send_again(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> str:
    row = send_again(invitation=_invitation(request, workshop, viewer), by=_by(viewer))
    return f"{row.address} is asked again; the mail leaves in 30 seconds."


def _take_back(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> str:
    row = take_back(invitation=_invitation(request, workshop, viewer), by=_by(viewer))
    return f"The invitation to {row.address} is taken back; nothing was sent."


def _end_role(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> str:
    rows = Membership.objects.open().select_related("user", "workshop").filter(workshop=workshop)
    row = get_or_404(viewer, "row", rows, pk=_number(request, "membership"))
    end_role(membership=row, by=_by(viewer))
    return f"{row.user.name} is no longer {row.get_role_display().lower()}."


def _load(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> str:
    rows = Reviewer.objects.select_related("user", "workshop").filter(workshop=workshop)
    row = get_or_404(viewer, "row", rows, pk=_number(request, "reviewer"))
    form = LoadForm(request.POST)
    if not form.is_valid():
        raise Refused("The number of papers is between 1 and 50.")
    change_reviewer(
        reviewer=row, by=_by(viewer), load_max=form.cleaned_data["load_max"], senior=form.cleaned_data["senior"]
    )
    return f"{row.user.name}: at most {row.load_max} papers."


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)


_ACTIONS: dict[str, Callable[[HttpRequest, Workshop, Viewer], str]] = {
    "send_again": _send_again,
    "take_back": _take_back,
    "end_role": _end_role,
    "load": _load,
}
