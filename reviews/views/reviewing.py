"""Pages of invited people and of reviewers."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404
from access.viewer import viewer_of
from accounts.models import User
from accounts.request import person
from accounts.services.prove import owner_of
from accounts.services.publications import add_publications
from accounts.signing_in import sign_in
from audit.errors import Refused, add_refusal
from reviews import reading
from reviews.forms import AnswerForm, PublicationsForm, ReviewingForm
from reviews.links import LONGEST_TOKEN, Found, ended, resolve
from reviews.models import Invitation, Reviewer
from reviews.services.answer import answer_invitation, may_step_back
from reviews.services.assign import accept_assignments
from reviews.services.reviewers import change_reviewer
from reviews.states import InvitationStatus
from workshops.middleware import received_at
from workshops.models import Topic, Workshop
from workshops.states import Role

TOKEN = "invitation"  # noqa: S105 (a key of the session)
SHOWN_PROBLEMS = 10


def _person(request: HttpRequest) -> User:
    """Who is signed in, as a row of its own."""
    return get_or_404(viewer_of(request), "self", User, pk=request.user.pk)


# --- an invitation ----------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail: remember it and show the page. It answers nothing, whoever follows it."""
    request.session[TOKEN] = token[:LONGEST_TOKEN]
    answer = request.GET.get("answer", "")
    known = answer in dict(AnswerForm.ANSWERS)
    return redirect(reverse("reviews:invitation") + (f"?{urlencode({'answer': answer})}" if known else ""))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """What is asked, and one button that answers, without an account."""
    found = _find(request)
    if found.invitation is None:
        return render(request, "reviews/no_invitation.html", {"sentence": found.sentence}, status=404)
    if found.sentence:
        return _invitation_page(request, found.invitation, None, found.sentence, status=410)
    if request.method != "POST":
        return _invitation_page(request, found.invitation, _answer_form(request, found.invitation))
    form = _answer_form(request, found.invitation, request.POST)
    if form.is_valid():
        try:
            return _answered(request, found.invitation, form)
        except Refused as refusal:
            add_refusal(form, refusal)
    return _invitation_page(request, found.invitation, form, status=422)


def _find(request: HttpRequest) -> Found:
    """By the link that was followed, or, for somebody who is signed in, by a line of My desk."""
    asked = request.GET.get("invitation", "")
    if not (asked and request.user.is_authenticated):
        return resolve(request.session.get(TOKEN, ""), at=received_at(request))
    try:
        key = UUID(asked)
    except ValueError:
        return resolve("", at=received_at(request))
    addresses = EmailAddress.objects.filter(user=request.user, verified=True).values("email")
    mine = Invitation.objects.select_related("workshop", "track", "user").filter(pk=key, address__in=addresses).first()
    if mine is None:
        return resolve("", at=received_at(request))
    over = mine.status == InvitationStatus.EXPIRED or received_at(request) > mine.expires_at
    return Found(mine, ended(mine, mine.expires_at) if over and mine.status != InvitationStatus.ACCEPTED else "")


def _answer_form(request: HttpRequest, invitation: Invitation, data: Any = None) -> AnswerForm:
    ask_name = owner_of(invitation.address) is None and not request.user.is_authenticated
    initial = {"answer": request.GET.get("answer", ""), "load": None}
    return AnswerForm(data, initial=initial, name=invitation.name, ask_name=ask_name)


def _answered(request: HttpRequest, invitation: Invitation, form: AnswerForm) -> HttpResponse:
    given = form.cleaned_data
    accept = given["answer"] != AnswerForm.NO
    known = owner_of(invitation.address)
    signed_in = _person(request) if request.user.is_authenticated else None
    done = answer_invitation(
        invitation=invitation,
        accept=accept,
        load=given["load"] if given["answer"] == AnswerForm.FEWER else None,
        reason=given["reason"],
        user=signed_in,
        name=(given.get("given", ""), given.get("family", "")),
    )
    if not accept:
        return redirect(_here(request))
    person = done.user
    if person is not None and known is None and signed_in is None:
        sign_in(request, person)
        signed_in = person
    if person is None or signed_in is None or signed_in.pk != person.pk:
        return redirect(_here(request))
    if done.role != Role.REVIEWER:
        messages.success(request, "Thank you. What waits for you stands on this page.")
        return redirect("desk:my_desk")
    messages.success(request, "Thank you. Now tell us what you know, so that the right papers find you.")
    return redirect("reviews:first_visit", done.workshop.slug)


def _here(request: HttpRequest) -> str:
    asked = request.GET.get("invitation", "")
    return reverse("reviews:invitation") + (f"?{urlencode({'invitation': asked})}" if asked else "")


def _invitation_page(
    request: HttpRequest, invitation: Invitation, form: AnswerForm | None, sentence: str = "", status: int = 200
) -> HttpResponse:
    has_account = invitation.user_id is not None
    page = reading.invitation_page(invitation, received_at(request), has_account=has_account)
    own = request.user.is_authenticated and request.user.pk == invitation.user_id
    context = {
        "page": page,
        "form": form,
        "sentence": sentence,
        "own": own,
        "action": _here(request),
        "may_step_back": may_step_back(invitation),
    }
    return render(request, "reviews/invitation.html", context, status=status)


# --- what a reviewer offers -------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """A reviewer's page of one workshop: their papers, and what they offer and know."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    page = reading.reviewing_page(viewer_of(request), workshop)
    if request.method != "POST":
        return _profile_page(request, page)
    form = ReviewingForm(request.POST, topics=page.topics)
    if form.is_valid() and _offer(request, workshop, form):
        messages.success(request, "Saved.")
        return redirect("reviews:profile", slug)
    return _profile_page(request, page, form=form, status=422)


def _offer(request: HttpRequest, workshop: Workshop, form: ReviewingForm) -> bool:
    reviewer = get_or_404(viewer_of(request), "self", Reviewer.objects.select_related("workshop"), workshop=workshop)
    chosen = form.cleaned_data.get("topics", [])
    try:
        change_reviewer(
            reviewer=reviewer,
            by=person(request),
            load_max=form.cleaned_data["load_max"],
            statement=form.cleaned_data["statement"],
            emergency=form.cleaned_data["emergency"],
            topics=Topic.objects.filter(workshop=workshop, pk__in=chosen),
        )
    except Refused as refusal:
        add_refusal(form, refusal)
        return False
    return True


@login_required
@require_POST
def publications(request: HttpRequest, slug: str) -> HttpResponse:
    """Add one's own papers; what cannot be read stays in the box, with the reason."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    page = reading.reviewing_page(viewer_of(request), workshop)
    form = PublicationsForm(request.POST)
    if not form.is_valid():
        return _profile_page(request, page, publications_form=form, status=422)
    person = _person(request)
    try:
        added, problems = add_publications(
            user=person,
            by=person,
            text=form.cleaned_data["text"],
        )
    except Refused as refusal:
        add_refusal(form, refusal)
        return _profile_page(request, page, publications_form=form, status=422)
    if added:
        messages.success(request, f"Added {added} publication{'' if added == 1 else 's'}.")
    if not problems:
        return redirect("reviews:profile", slug)
    for sentence in problems[:SHOWN_PROBLEMS]:
        form.add_error("text", sentence)
    page = reading.reviewing_page(viewer_of(request), workshop)
    return _profile_page(request, page, publications_form=form, status=422)


def _profile_page(
    request: HttpRequest,
    page: reading.ReviewingPage,
    *,
    form: ReviewingForm | None = None,
    publications_form: PublicationsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    initial = {
        "load_max": page.load_max,
        "statement": page.statement,
        "emergency": page.emergency,
        "topics": [str(one) for one in page.chosen],
    }
    context = {
        "page": page,
        "form": form or ReviewingForm(initial=initial, topics=page.topics),
        "publications_form": publications_form or PublicationsForm(),
    }
    return render(request, "reviews/reviewing.html", context, status=status)


@login_required
@require_POST
def accept(request: HttpRequest, slug: str) -> HttpResponse:
    """Yes to all new papers, with one click."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    reading.reviewing_page(viewer_of(request), workshop)
    count = accept_assignments(workshop=workshop, by=person(request))
    said = "Thank you. The organizers know that your papers are in good hands."
    messages.success(request, said if count else "Your papers are accepted already.")
    return redirect("reviews:profile", slug)
