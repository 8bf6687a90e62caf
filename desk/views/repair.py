"""Fill holes of the assignment, any number of them at once: by the engine, or by asking people at short notice."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from access.rights import visible_to
from access.viewer import Viewer
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from desk.forms_asking import AskPlacesForm
from desk.reading.holes import KINDS, HoleLine, find_holes
from desk.services.reveal import reveal
from desk.views.acts import renewed
from desk.views.assignment import SECTION
from desk.views.base import actor, desk_page, desk_render
from notifications.services.batches import TYPED_FROM
from reviews.models import Assignment
from reviews.services import run as proposals
from reviews.services.offer_places import EACH, MOST_EACH, offer_places, plan_places
from reviews.states import RunPurpose
from workshops.models import Workshop


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def repair(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """Which places are to be filled; POST asks for the people who cost least. ``?tick=silent``: all are ticked."""
    refusal, chosen = "", None
    found = find_holes(workshop, viewer)
    if request.method == "POST":
        chosen = set(_chosen(request.POST, found))
        rows = Assignment.objects.filter(submission__workshop=workshop, pk__in=chosen)
        holes = list(visible_to(viewer, "row", rows).order_by("submission__number", "pk"))
        try:
            made = proposals.start_run(
                workshop=workshop,
                by=actor(viewer),
                purpose=RunPurpose.REPAIR,
                holes=holes,
                options=proposals.last_options(workshop, actor(viewer)),
            )
        except Refused as refused:
            refusal = refused.sentence
        else:
            return redirect("desk:run", workshop.slug, made.number)
    reveal(by=actor(viewer), workshop=workshop, page="assignment.repair", papers=sorted({one.paper for one in found}))
    all_of_them = request.GET.get("tick") == "silent"
    ticked = {one.pk for one in found if (one.sure or all_of_them if chosen is None else one.pk in chosen)}
    context = {
        "groups": [(words, [one for one in found if one.kind == kind]) for kind, words in KINDS.items()],
        "found": found,
        "ticked": ticked,
        "refusal": refusal,
    }
    return desk_render(
        request, "desk/assignment_repair.html", workshop, viewer, SECTION, context, 422 if refusal else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def ask_places(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """``hole``, or ``all``: for which places. Who would be asked for each; POST with ``seen`` asks them."""
    given = request.POST if request.method == "POST" else request.GET
    holes = _chosen(given, find_holes(workshop, viewer) if given.get("all") == "1" else ())
    if not holes:
        messages.info(request, "Tick the places first that people are to be asked for.")
        return redirect("desk:repair", workshop.slug)
    form = AskPlacesForm(request.POST if "seen" in request.POST else None, initial={"each": _each(given)})
    if form.is_bound and form.is_valid():
        answer = _ask(request, workshop, viewer, holes, form)
        if answer is not None:
            return answer
    places = plan_places(workshop=workshop, viewer=viewer, holes=holes, each=_each(given))
    letters = sum(len(place.users) for place in places)
    papers = sorted({place.hole.submission_id for place in places})
    reveal(by=actor(viewer), workshop=workshop, page="assignment.ask", papers=papers)
    form.fields["typed"].label = f"Type {letters} to confirm it"
    context = {
        "asks": [place for place in places if place.users],
        "left_out": [place for place in places if not place.users],
        "letters": letters,
        "form": renewed(form, letters),
        "typed": letters >= TYPED_FROM,
        "each": _each(given),
        "numbers": range(1, MOST_EACH + 1),
        "holes": holes,
    }
    status = 422 if form.is_bound else 200
    return desk_render(request, "desk/assignment_ask.html", workshop, viewer, SECTION, context, status)


def _ask(
    request: HttpRequest, workshop: Workshop, viewer: Viewer, holes: list[UUID], form: AskPlacesForm
) -> HttpResponse | None:
    """Where to go when they are asked; None when it was refused, with the sentence in the form."""
    asked = form.cleaned_data
    try:
        if asked["seen"] >= TYPED_FROM and asked["typed"] != asked["seen"]:
            raise Refused(
                f"This goes out as {asked['seen']} letters. Type {asked['seen']} to confirm it.", field="typed"
            )
        batch = offer_places(
            workshop=workshop,
            by=actor(viewer),
            holes=holes,
            each=asked["each"],
            note=asked["note"],
            due_at=asked["due_at"],
            seen=asked["seen"],
        )
    except Refused as refusal:
        add_refusal(form, refusal)
        return None
    messages.success(
        request, "They are asked when the hold is over. Until then you can look at each mail, and cancel all of it."
    )
    return redirect("desk:batch", workshop.slug, batch.pk)


def _chosen(given: QueryDict, found: Iterable[HoleLine]) -> list[UUID]:
    """The places that are ticked, or ``all`` that are found."""
    if given.get("all") == "1":
        return [one.pk for one in found]
    return list(dict.fromkeys(key for text in given.getlist("hole") if (key := _key(text))))


def _each(given: QueryDict) -> int:
    wanted = whole_number(given.get("each"), digits=2)
    return EACH if wanted is None else min(max(1, wanted), MOST_EACH)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
