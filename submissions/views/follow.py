"""Follow a paper while it is checked; take it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.viewer import viewer_of
from accounts.request import person
from audit.errors import Refused, add_refusal
from submissions.forms import WithdrawForm
from submissions.reading import AuthorPage, read_page
from submissions.services.withdraw import undo_withdrawal
from submissions.services.withdraw import withdraw as withdraw_paper
from submissions.views.base import for_authors, own_paper
from submissions.withdrawing import foresee_withdrawal
from workshops.middleware import received_at


@for_authors
@never_cache
@require_safe
def status(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The part of the page that changes while the file is checked; it asks again by itself until that is done."""
    submission = own_paper(request, slug, number)
    page: AuthorPage = read_page(submission, viewer_id=viewer_of(request).id, now=received_at(request))
    context = {"page": page, "submission": submission, "workshop": submission.workshop, "alone": True}
    return render(request, "submissions/_status.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What withdrawing means and for how many; then withdraw the paper, once its number is typed."""
    submission = own_paper(request, slug, number)
    form = WithdrawForm(request.POST if request.method == "POST" else None, submission=submission)
    if form.is_valid():
        try:
            withdraw_paper(submission=submission, by=person(request), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"Paper #{number} is withdrawn.")
            return redirect("submissions:paper", slug, number)
    context = {"submission": submission, "workshop": submission.workshop, "form": form}
    context |= {"plan": foresee_withdrawal(submission, viewer_id=viewer_of(request).id)}
    return render(request, "submissions/withdraw.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def undo_withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take the withdrawal back."""
    submission = own_paper(request, slug, number)
    try:
        undo_withdrawal(submission=submission, by=person(request))
        messages.success(request, f"Paper #{number} is back, as it was.")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("submissions:paper", slug, number)
