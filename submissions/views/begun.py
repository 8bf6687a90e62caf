"""A paper that was begun without an account: its private link, and how it becomes somebody's."""

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import visible_to
from access.viewer import PUBLIC, Viewer, follow_link, key_of, viewer_of
from accounts.limits import within_limit
from accounts.request import person
from accounts.signing_in import sign_in
from audit.errors import Refused, add_refusal
from submissions.forms import AddressForm
from submissions.models import Authorship, Submission
from submissions.services import claim_paper
from submissions.services.unclaimed import author_behind
from submissions.views.base import actor, by_link, for_authors, own_paper
from submissions.views.paper import paper_page
from workshops.middleware import received_at

CONFIRM = "confirm_address"
CLAIMING = "claiming_paper"
LONGEST_TOKEN = 300


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The private link: remember it and show the paper."""
    token = token[:LONGEST_TOKEN]
    papers = visible_to(Viewer(keys=frozenset([key_of(token)])), "own", Submission).select_related("workshop")
    paper = papers.first()
    if paper is None:
        return render(request, "submissions/no_link.html", status=404)
    follow_link(request, token)
    return redirect("submissions:paper", paper.workshop.slug, paper.number)


@never_cache
@require_safe
def confirm_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: remember it and show the page with the button. It confirms nothing, whoever follows it."""
    request.session[CONFIRM] = token[:LONGEST_TOKEN]
    return redirect("submissions:confirm")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """One button: the address is yours, and the paper counts."""
    author = author_behind(request.session.get(CONFIRM, ""))
    if author is None:
        return render(request, "submissions/no_link.html", status=404)
    if request.method == "POST":
        return _confirmed(request, author)
    context = {"author": author, "submission": author.submission, "workshop": author.submission.workshop}
    return render(request, "submissions/confirm.html", context | {"late": _is_late(author, request)})


def _is_late(author: Authorship, request: HttpRequest) -> bool:
    until = author.submission.claim_until
    return until is not None and received_at(request) > until


def _confirmed(request: HttpRequest, author: Authorship) -> HttpResponse:
    paper = author.submission
    try:
        user, is_new = claim_paper.confirm_by_link(author=author, received_at=received_at(request))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("submissions:confirm")
    request.session.pop(CONFIRM, None)
    if is_new and not request.user.is_authenticated:
        sign_in(request, user)
    _say(request, paper)
    return redirect("submissions:paper", paper.workshop.slug, paper.number)


@for_authors
@require_POST
def address(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Name and address: the code that we send signs the person in and ties the paper to them."""
    submission = own_paper(request, slug, number)
    form = AddressForm(request.POST)
    if form.is_valid():
        if not within_limit(request, "ask_address", key=form.cleaned_data["email"].lower()):
            form.add_error("email", "We sent several mails there within the hour. Look for them, or wait a little.")
        else:
            try:
                return _ask(request, submission, form)
            except Refused as refusal:
                add_refusal(form, refusal)
    return paper_page(request, own_paper(request, slug, number), address=form)


def _ask(request: HttpRequest, submission: Submission, form: AddressForm) -> HttpResponse:
    author = claim_paper.ask_for_address(
        submission=submission,
        by=actor(request, submission),
        received_at=received_at(request),
        **form.cleaned_data,
    )
    request.session[CLAIMING] = submission.pk
    LoginCodeVerificationProcess.initiate(
        request=request, user=claim_paper.account_for(author=author), email=author.email
    )
    page = reverse("submissions:paper", args=[submission.workshop.slug, submission.number])
    return HttpResponseRedirect(f"{reverse('account_confirm_login_code')}?{urlencode({'next': page})}")


@login_required
@require_POST
def claim(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Whoever is signed in and holds the private link makes the paper theirs."""
    submission = own_paper(request, slug, number)
    me = person(request)
    try:
        if by_link(request, submission):
            claim_paper.join(submission=submission, by=me, received_at=received_at(request))
        claim_paper.claim_submission(submission=submission, by=me, received_at=received_at(request))
        _say(request, submission)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("submissions:paper", slug, number)


def claim_after_sign_in(request: HttpRequest, user: object) -> None:
    """The code that we sent was typed: the paper of this session is tied to the person. Called by accounts.links."""
    pk = request.session.pop(CLAIMING, None)
    viewer = Viewer(keys=viewer_of(request).keys) if pk else PUBLIC
    submission = visible_to(viewer, "own", Submission).filter(pk=pk).first() if pk else None
    if submission is None:
        return
    try:
        claim_paper.claim_submission(submission=submission, by=person(request), received_at=received_at(request))
        _say(request, submission)
    except Refused as refusal:
        messages.error(request, refusal.sentence)


def _say(request: HttpRequest, submission: Submission) -> None:
    """One message, in place of those that signing in has left."""
    submission.refresh_from_db()
    list(messages.get_messages(request))
    if submission.status == "submitted":
        messages.success(request, "Your address is confirmed, and the paper is submitted.")
    else:
        messages.success(request, "Your address is confirmed, and the paper is yours: sign in with it from anywhere.")
