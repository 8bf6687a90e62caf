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
from desk.reading.list_query import pairs_of
from desk.reading.people import VOLUNTEERS, PeoplePage, list_people, read_around
from desk.reading.people_query import FLAGS, INVITED, ROLES, PeopleQuery
from desk.reading.people_table import table_of
from desk.reading.saved_views import views_from
from desk.services.reveal import reveal
from desk.views.base import actor, desk_page, desk_render
from desk.views.bulk_people import PEOPLE, WORDS
from desk.views.lists import (
    chips,
    counted,
    file_of,
    flag_chips,
    folded,
    heads,
    pages,
    row_of,
    views_of,
    wanted_file,
)
from reviews.models import Invitation
from reviews.services.invite import send_again, take_back
from reviews.states import InvitationStatus
from workshops.models import Workshop


def _by(viewer: Viewer) -> Any:
    """The organizer who acts."""
    return viewer.person


READY_MADE = (
    ("Everybody", ""),
    ("May not deliver", "look=silent"),
    ("Overdue", "sort=-overdue&look=overdue"),
    ("Has not bid", "role=reviewer&look=no_bids"),
    ("Room for more", "role=reviewer&sort=load&look=room"),
    ("Emergency pool", "look=emergency"),
    ("No answer yet", "role=invited&state=sent"),
)


@require_safe
@desk_page
def people(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    query = PeopleQuery.of(pairs_of(request.GET))
    if name := wanted_file(request):
        return _file(name, workshop, viewer, query)
    around = read_around(workshop, viewer)
    found = list_people(workshop, viewer, query, around=around)
    invited = query.role == INVITED
    context = {
        "query": query,
        "found": found,
        "views": views_of(request, query, _ready(found), views_from(around["views"])),
        "filters": _filters(workshop, query, found),
        "more": folded([] if invited else [row_of("Look at", _looks(query, found))]),
        "heads": heads(query),
        "kept": query.kept(),
        "invited": invited,
        "acts": [(key, words.bar) for key, words in WORDS.items() if key != "remind_bids" or found.bidding == "open"],
        "undo": PEOPLE.undoable(request, workshop),
    }
    return desk_render(request, "desk/people.html", workshop, viewer, "people", context | pages(query, found.pages))


def _filters(workshop: Workshop, query: PeopleQuery, found: PeoplePage) -> list[dict[str, Any]]:
    roles = [
        {"words": words, "count": count, "on": query.role == role, "url": query.url(role=role, state="", look="")}
        for role, words, count in counted(ROLES, found.roles)
    ]
    offers = {"words": "Volunteers", "count": found.roles[VOLUNTEERS], "on": False}
    rows = [row_of("Role", [*roles, offers | {"url": reverse("desk:volunteers", args=[workshop.slug])}])]
    if query.role == INVITED:
        states = {str(state.value): str(state.label) for state in InvitationStatus if state in found.states}
        rows.append(row_of("Answer", chips(query, "state", counted(states, found.states))))
    return rows


def _ready(found: PeoplePage) -> tuple[tuple[str, str], ...]:
    return READY_MADE if found.bidding else tuple(one for one in READY_MADE if "no_bids" not in one[1])


def _looks(query: PeopleQuery, found: PeoplePage) -> list[dict[str, Any]]:
    """Bids are not asked for before there are any."""
    looks = flag_chips(query, "look", found.flags)
    return looks if found.bidding else [chip for chip in looks if chip["words"] != FLAGS["no_bids"]]


def _file(name: str, workshop: Workshop, viewer: Viewer, query: PeopleQuery) -> HttpResponse:
    """Exactly what the list shows under these filters, all its pages. Names leave the house, so it is logged."""
    found = list_people(workshop, viewer, query, everything=True)
    reveal(by=actor(viewer), workshop=workshop, page=f"people.{name}")
    return file_of(name, workshop, query.name, table_of(found, invitations=query.role == INVITED))


def _people_url(workshop: Workshop) -> str:
    return reverse("desk:people", args=[workshop.slug])


# --- what is done with one line ---------------------------------------------------------------------------------------


@require_POST
@desk_page
def people_action(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """``do``: send_again or take_back, with ``invitation``."""
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


_ACTIONS: dict[str, Callable[[HttpRequest, Workshop, Viewer], str]] = {
    "send_again": _send_again,
    "take_back": _take_back,
}
