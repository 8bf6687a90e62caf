"""The corresponding author answers whether somebody whom they named may judge the paper after all."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from audit.errors import Refused
from submissions.services.declared import answer_declared
from submissions.states import AskedKind
from submissions.views.base import own_paper, person

SAID = {True: "You have taken it back. Thank you.", False: "It stays as you said. Thank you for answering."}


@login_required
@require_POST
def answer(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    submission = own_paper(request, slug, number)
    rows = submission.conflict_requests.filter(kind=AskedKind.DECLARED)
    found = get_object_or_404(rows.select_related("submission__workshop", "user", "by"), pk=pk)
    chosen = request.POST.get("answer", "")
    if chosen not in ("yes", "no"):
        messages.error(request, "Choose one of the two answers.")
        return redirect("submissions:paper", slug, number)
    try:
        answer_declared(request=found, agree=chosen == "yes", by=person(request))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, SAID[chosen == "yes"])
    return redirect("submissions:paper", slug, number)
