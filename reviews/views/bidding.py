"""Bidding: begin, look through the papers, say of each how gladly one would review it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as written
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from access.rights import get_or_404
from access.viewer import viewer_of
from audit.errors import Refused
from reviews.bidding import BidQuery, bidding_page, progress_of
from reviews.services.bid import begin_bidding, place_bid
from submissions.models import Submission
from workshops.middleware import received_at
from workshops.models import Workshop


@login_required
@never_cache
@require_safe
def bids(request: HttpRequest, slug: str) -> HttpResponse:
    """The papers that one may bid on, the nearest first."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    page = bidding_page(viewer_of(request), workshop, BidQuery.of(request.GET), received_at(request))
    return render(request, "reviews/bids.html", {"page": page})


@login_required
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the papers shown."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    bidding_page(viewer_of(request), workshop, BidQuery(), received_at(request))
    try:
        begin_bidding(workshop=workshop, by=_by(request), received_at=received_at(request))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("reviews:bids", slug)


@login_required
@require_POST
def bid(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Keep what is said of one paper. With the header X-Autosave the answer is JSON, and the page stays as it is."""
    viewer = viewer_of(request)
    workshop = get_or_404(viewer, "public", Workshop, slug=slug)
    papers = Submission.objects.of(workshop.pk).select_related("workshop")
    paper = get_or_404(viewer, "bid", papers, number=number)
    saves_itself = "X-Autosave" in request.headers
    try:
        row = place_bid(
            submission=paper, by=_by(request), value=request.POST.get("value", ""), received_at=received_at(request)
        )
    except Refused as refusal:
        if saves_itself:
            return JsonResponse({"message": refusal.sentence}, status=422)
        messages.error(request, refusal.sentence)
        return _back(request, slug, number)
    if not saves_itself:
        return _back(request, slug, number)
    progress = progress_of(viewer, workshop, received_at(request))
    now = timezone.now()
    return JsonResponse(
        {
            "value": row.value,
            "saved_at": written(now, "c"),
            "done": progress.done,
            "aim": progress.aim,
            "words": progress.words,
        }
    )


def _back(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """To the same part of the list, at the same paper."""
    query = BidQuery.of(request.POST)
    return redirect(f"{reverse('reviews:bids', args=[slug])}{query.text(page=query.page)}#paper-{number}")


def _by(request: HttpRequest) -> Any:
    return request.user
