"""People who would review: the list, and the organizers' answers, which wait in a bulk mail until it is confirmed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404, visible_to
from access.viewer import Viewer
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from desk.forms_people import AnswerVolunteersForm
from desk.reading.volunteers import AUTHORS, PAGE, PARTS, VolunteersQuery, read_volunteers
from desk.views.base import actor, desk_page, desk_render
from notifications.models import Batch
from reviews.models import Offer
from reviews.services.volunteer import ask_authors, draft_answers, reopen_offer
from reviews.volunteers import ticked
from workshops.models import Workshop


@require_safe
@desk_page
def volunteers(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    return _page(request, workshop, viewer, VolunteersQuery.of(request.GET.dict()), AnswerVolunteersForm())


def _page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    query: VolunteersQuery,
    form: AnswerVolunteersForm,
    status: int = 200,
) -> HttpResponse:
    found = read_volunteers(workshop, viewer, query)
    start = query.start
    context = {
        "query": query,
        "found": found,
        "form": form,
        "chosen": request.POST.getlist("chosen"),
        "chips": [
            {"words": words, "count": found.counts[part], "on": query.part == part, "url": query.url(part=part)}
            for part, words in PARTS.items()
        ],
        "kept": [("part", query.part)] if query.part else [],
        "older_url": query.url(after=str(start + PAGE)) if found.more else "",
        "newer_url": query.url(after=str(max(0, start - PAGE) or "")) if start else "",
    }
    return desk_render(request, "desk/volunteers.html", workshop, viewer, "people", context, status)


@require_POST
@desk_page
def answer_volunteers(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    """``do``: accept, decline (``chosen``: offers), invite (``chosen``: ticks), or ``reopen`` (an offer).

    ``accept`` and ``decline`` in a row name one offer. What is written is looked at and confirmed on the page Mail.
    """
    if "reopen" in request.POST:
        return _reopen(request, workshop, viewer)
    verb, keys = _asked(request)
    form = AnswerVolunteersForm(request.POST)
    if form.is_valid():
        try:
            batch = _draft(workshop, viewer, verb, keys, form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.info(request, "Nothing has been sent yet. Look at the mails, then confirm them at the top.")
            return redirect("desk:batch", workshop.slug, batch.pk)
    query = VolunteersQuery(part=AUTHORS if verb == "invite" else "")
    return _page(request, workshop, viewer, query, form, status=422)


def _asked(request: HttpRequest) -> tuple[str, list[int]]:
    """What to do, and with which rows."""
    for verb in ("accept", "decline"):
        if verb in request.POST:
            return verb, _numbers([request.POST[verb]])
    verb = request.POST.get("do", "")
    if verb not in ("accept", "decline", "invite"):
        raise Http404
    return verb, _numbers(request.POST.getlist("chosen"))


def _numbers(texts: list[str]) -> list[int]:
    keys = [key for text in texts if (key := whole_number(text)) is not None]
    if len(keys) < len(texts):
        raise Http404
    return keys


def _draft(workshop: Workshop, viewer: Viewer, verb: str, keys: list[int], given: dict[str, Any]) -> Batch:
    by = actor(viewer)
    if verb == "invite":
        rows = list(ticked(viewer, workshop.pk).filter(pk__in=keys))
        return ask_authors(workshop=workshop, by=by, authorships=rows, load=given["load"], note=given["note"])
    offers = visible_to(viewer, "row", Offer).filter(workshop=workshop, pk__in=keys).select_related("user", "workshop")
    return draft_answers(
        workshop=workshop,
        by=by,
        offers=list(offers.order_by("pk")),
        accept=verb == "accept",
        load=given["load"],
        note=given["note"],
    )


def _reopen(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    (key,) = _numbers([request.POST["reopen"]])
    rows = Offer.objects.select_related("user", "workshop").filter(workshop=workshop)
    offer = get_or_404(viewer, "row", rows, pk=key)
    try:
        reopen_offer(offer=offer, by=actor(viewer))
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"The offer of {offer.user.name} waits for an answer again.")
    return redirect(reverse("desk:volunteers", args=[workshop.slug]))
