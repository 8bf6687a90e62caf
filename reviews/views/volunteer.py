"""“I would review”: the page on which people offer themselves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from access.rights import get_or_404
from access.viewer import viewer_of
from accounts.models import User
from accounts.services.publications import add_publications
from audit.errors import Refused, add_refusal
from reviews.forms_volunteer import VolunteerForm
from reviews.models import Offer
from reviews.services.volunteer import offer_to_review, take_back_offer
from reviews.volunteers import VolunteerPage, volunteer_page
from workshops.middleware import received_at
from workshops.models import Topic, Workshop

TYPED = "offer"
SHOWN_PROBLEMS = 10


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def volunteer(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what one would review. Whoever is not signed in types first, signs in, and finds it again."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    page = volunteer_page(viewer_of(request), workshop, received_at(request))
    if request.method != "POST":
        return _page(request, page, VolunteerForm(initial=_initial(request, page), topics=page.topics))
    form = VolunteerForm(request.POST, topics=page.topics)
    if not form.is_valid():
        return _page(request, page, form, status=422)
    if not request.user.is_authenticated:
        request.session[TYPED] = {"slug": slug, "values": form.cleaned_data}
        messages.info(request, "Sign in, or make an account, to send your offer. What you typed is kept.")
        return redirect_to_login(reverse("reviews:volunteer", args=[slug]))
    return _offer(request, workshop, page, form)


def _initial(request: HttpRequest, page: VolunteerPage) -> dict[str, Any]:
    kept = _kept(request, page)
    if kept is not None:
        return kept
    chosen = [str(one) for one in page.chosen]
    return {"load": page.load, "statement": page.statement, "topics": chosen}


def _kept(request: HttpRequest, page: VolunteerPage) -> dict[str, Any] | None:
    """What was typed here before signing in."""
    kept = request.session.get(TYPED)
    return kept["values"] if kept and kept["slug"] == page.slug else None


def _offer(request: HttpRequest, workshop: Workshop, page: VolunteerPage, form: VolunteerForm) -> HttpResponse:
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    given = form.cleaned_data
    try:
        offer_to_review(
            workshop=workshop,
            by=person,
            received_at=received_at(request),
            load=given["load"],
            statement=given["statement"],
            topics=Topic.objects.filter(workshop=workshop, pk__in=given.get("topics", [])),
        )
    except Refused as refused:
        add_refusal(form, refused)
        return _page(request, page, form, status=422)
    request.session.pop(TYPED, None)
    messages.success(request, "Thank you. The organizers see your offer, and answer by mail.")
    problems = _add_publications(person, given["publications"])
    if not problems:
        return redirect("reviews:volunteer", workshop.slug)
    for sentence in problems[:SHOWN_PROBLEMS]:
        form.add_error("publications", sentence)
    page = volunteer_page(viewer_of(request), workshop, received_at(request))
    return _page(request, page, form, status=422)


def _add_publications(person: User, text: str) -> list[str]:
    """What could not be read, as sentences; what is on the list already is no problem here."""
    if not text.strip():
        return []
    try:
        _, problems = add_publications(user=person, by=person, text=text)
    except Refused as refused:
        return [refused.sentence]
    return [sentence for sentence in problems if not sentence.endswith("is in the list already.")]


@login_required
@require_POST
def take_back(request: HttpRequest, slug: str) -> HttpResponse:
    """The offer goes; what was typed stays on the page, to be offered again."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    rows = Offer.objects.select_related("workshop", "user").filter(workshop=workshop)
    offer = get_or_404(viewer_of(request), "self", rows)
    try:
        take_back_offer(offer=offer, by=offer.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "Your offer is taken back. You can make it again below.")
    return redirect("reviews:volunteer", slug)


def _page(request: HttpRequest, page: VolunteerPage, form: VolunteerForm, status: int = 200) -> HttpResponse:
    context = {"page": page, "form": form, "kept": _kept(request, page) is not None}
    return render(request, "reviews/volunteer.html", context, status=status)
