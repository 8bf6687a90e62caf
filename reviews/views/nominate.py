"""The page where a reviewer proposes somebody from outside for one of their papers."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.rights import get_or_404, visible_to
from access.viewer import viewer_of
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from reviews.forms_nominate import NominateForm
from reviews.models import Assignment, Nomination
from reviews.services.nominate import nominate as propose
from reviews.services.nominate import take_back_nomination
from reviews.states import CURRENT, REVIEWING

ROWS = ("pk", "name", "address", "status", "made_at")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def nominate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who was proposed and what came of it, yes or no; ``take_back`` takes one back."""
    assignment = _mine(request, pk)
    if request.method != "POST":
        return _page(request, assignment, NominateForm())
    if "take_back" in request.POST:
        return _take_back(request, assignment)
    form = NominateForm(request.POST)
    if form.is_valid():
        try:
            made = propose(assignment=assignment, by=assignment.user, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{made.name} is proposed. The organizers look before anybody is written to.")
            return redirect("reviews:nominate", pk)
    return _page(request, assignment, form, status=422)


def _mine(request: HttpRequest, pk: UUID) -> Assignment:
    rows = Assignment.objects.select_related("submission__workshop", "submission__track", "user")
    return get_or_404(viewer_of(request), "own", rows.filter(kind__in=REVIEWING, status__in=CURRENT), pk=pk)


def _take_back(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    key = whole_number(request.POST["take_back"])
    if key is None:
        raise Http404
    rows = Nomination.objects.filter(submission=assignment.submission_id)
    row = get_or_404(viewer_of(request), "own", rows, pk=key)
    try:
        take_back_nomination(nomination=row, by=assignment.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"{row.name} is no longer proposed.")
    return redirect("reviews:nominate", assignment.pk)


def _page(request: HttpRequest, assignment: Assignment, form: NominateForm, status: int = 200) -> HttpResponse:
    mine = visible_to(viewer_of(request), "own", Nomination).filter(submission=assignment.submission_id)
    paper = assignment.submission
    context = {
        "pk": assignment.pk,
        "workshop_name": str(paper.workshop),
        "number": paper.number,
        "title": paper.title,
        "rows": list(mine.order_by("-made_at").values(*ROWS)),
        "form": form,
    }
    return render(request, "reviews/nominate.html", context, status=status)
