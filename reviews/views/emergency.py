"""Somebody is asked for one review at short notice: what it is about, and yes or no."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.rights import get_or_404, visible_to
from access.viewer import viewer_of
from reviews.models import EmergencyOffer
from reviews.services.emergency import answer_emergency
from reviews.states import EmergencyStatus

ROW = ("pk", "status", "note", "due_at", "assignment", "submission__number", "submission__title")
MORE = ("submission__abstract", "submission__workshop__name", "submission__workshop__year", "submission__track__name")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest, pk: UUID) -> HttpResponse:
    """``answer``: yes or no."""
    viewer = viewer_of(request)
    if request.method == "POST":
        return _answer(request, get_or_404(viewer, "own", EmergencyOffer.objects.select_related("user"), pk=pk))
    found = visible_to(viewer, "own", EmergencyOffer).filter(pk=pk).values_list(*ROW, *MORE).first()
    if found is None:
        raise Http404
    _, status, note, due, assignment, number, title, abstract, name, year, track = found
    context = {
        "pk": pk,
        "status": status,
        "words": EmergencyStatus(status).label,
        "note": note,
        "due_at": due,
        "assignment": assignment,
        "number": number,
        "title": title,
        "abstract": abstract,
        "workshop_name": f"{name} {year}",
        "track": track,
    }
    return render(request, "reviews/emergency.html", context)


def _answer(request: HttpRequest, offer: EmergencyOffer) -> HttpResponse:
    said = request.POST.get("answer", "")
    if said not in ("yes", "no"):
        messages.error(request, "Press yes or no.")
        return redirect("reviews:emergency", offer.pk)
    offer = answer_emergency(offer=offer, by=offer.user, yes=said == "yes")
    if offer.status == EmergencyStatus.ACCEPTED and offer.assignment_id:
        messages.success(request, "Thank you: the paper is yours to review.")
        return redirect("reviews:review", offer.assignment_id)
    return redirect("reviews:emergency", offer.pk)
