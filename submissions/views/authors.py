"""The list of authors: “is this you?”, order and spelling, and what is asked of the organizers."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from access.rights import get_or_404
from access.viewer import viewer_of
from accounts.models import User
from accounts.request import person
from accounts.services.prove import owner_of
from accounts.signing_in import sign_in
from audit.errors import Refused, add_refusal
from audit.text import whole_number
from submissions.author_forms import AddAuthorForm, ArrangeRows, MissingForm, NotMeForm, RemoveAuthorForm
from submissions.author_links import LONGEST_TOKEN, resolve
from submissions.authors_reading import read_authors
from submissions.models import AuthorListRequest, Authorship, Submission
from submissions.services import author_requests
from submissions.services.author_list import arrange_authors
from submissions.services.confirm_author import confirm_author
from submissions.services.tell_again import tell_again
from submissions.states import AuthorshipStatus
from submissions.views.base import own_paper
from workshops.middleware import received_at
from workshops.models import Workshop

TOKEN = "author_link"  # noqa: S105 (a key of the session)
SAME_ANSWER = (
    "Thank you. If there is a paper of that number that your words fit, its organizers look at them and write to you. "
    "Whether there is one is not public."
)
SAME_ANSWER_BACK = "If you had sent something about that number, it is taken back."


# --- is this you? -----------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def author_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a mail: remember it and show the page. It answers nothing, whoever follows it."""
    request.session[TOKEN] = token[:LONGEST_TOKEN]
    return redirect("submissions:authorship")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorship(request: HttpRequest) -> HttpResponse:
    """“Yes, this is me” or “this is not me”, without an account."""
    found = resolve(request.session.get(TOKEN, ""))
    if found is None:
        return render(request, "submissions/no_authorship.html", status=404)
    form = NotMeForm(request.POST if request.POST.get("answer") == "no" else None)
    if request.method != "POST":
        return _authorship_page(request, found, form)
    try:
        if request.POST.get("answer") == "yes":
            return _yes(request, found)
        if form.is_bound and form.is_valid():
            signed_in = person(request) if request.user.is_authenticated else None
            mine = signed_in if signed_in and signed_in.pk == found.user_id else None
            author_requests.say_not_me(authorship=found, by=mine, reason=form.cleaned_data["reason"])
            messages.success(request, "Thank you for telling us. The organizers take it up.")
            return redirect("submissions:authorship")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return _authorship_page(request, found, form, status=422)


def _yes(request: HttpRequest, found: Authorship) -> HttpResponse:
    known = found.user or owner_of(found.email)
    signed_in = person(request) if request.user.is_authenticated else None
    owner = confirm_author(authorship=found, user=signed_in)
    if known is None and signed_in is None:
        sign_in(request, owner)
        signed_in = owner
    if signed_in is not None and signed_in.pk == owner.pk:
        messages.success(request, "Thank you. You are confirmed as an author of this paper.")
        return redirect("submissions:paper", found.submission.workshop.slug, found.submission.number)
    messages.success(request, "Thank you. You are confirmed. Sign in to read or change the paper.")
    return redirect("submissions:authorship")


def _authorship_page(request: HttpRequest, found: Authorship, form: NotMeForm, status: int = 200) -> HttpResponse:
    submission = found.submission
    owner = found.user or owner_of(found.email)
    signed_in = person(request) if request.user.is_authenticated else None
    context = {
        "form": form,
        "number": submission.number,
        "title": submission.title,
        "track": submission.track.name,
        "workshop": submission.workshop,
        "state": submission.get_status_display(),
        "is_alive": submission.status in ("draft", "submitted"),
        "authors": [row.name for row in submission.authorships.all()],
        "name": found.name,
        "email": found.email,
        "confirmed": found.status == AuthorshipStatus.CLAIMED,
        "disowned": found.status == AuthorshipStatus.DISOWNED,
        "disputed": AuthorListRequest.objects.disputes().filter(authorship=found).exists(),
        "own": signed_in is not None and owner is not None and owner.pk == signed_in.pk,
        "joins": signed_in if owner is None else None,
        "has_account": owner is not None,
    }
    return render(request, "submissions/authorship.html", context, status=status)


# --- the list of a paper ----------------------------------------------------------------------------------------------

Forms = dict[str, Any]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authors(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Who is listed and who has answered; order and spelling; what is asked of the organizers."""
    submission = own_paper(request, slug, number)
    if request.method != "POST":
        return _authors_page(request, submission, {})
    action = request.POST.get("action", "")
    if action.startswith(("up-", "down-")):
        rows = ArrangeRows(list(submission.authorships.all()), request.POST).moved(action)
        return _authors_page(request, submission, {"arrange": rows}, status=200)
    handler = _ACTIONS.get(action)
    if handler is None:
        messages.error(request, "Choose what to do; nothing has happened.")
        return _authors_page(request, submission, {}, status=422)
    typed = handler(request, submission)
    if typed is None:
        return redirect("submissions:authors", slug, number)
    return _authors_page(request, own_paper(request, slug, number), typed, status=422)


def _authors_page(request: HttpRequest, submission: Submission, typed: Forms, status: int = 200) -> HttpResponse:
    page = read_authors(submission, viewer_id=viewer_of(request).id, now=received_at(request))
    context = {
        "page": page,
        "submission": submission,
        "workshop": submission.workshop,
        "arrange": typed.get("arrange") or (ArrangeRows(page.rows) if page.may_arrange else None),
        "add": typed.get("add") or (AddAuthorForm(auto_id="add_%s") if page.may_ask else None),
        "remove": typed.get("remove") or (_remove_form(page.rows) if page.may_ask else None),
        "error": typed.get("error", ""),
    }
    return render(request, "submissions/authors.html", context, status=status)


def _remove_form(rows: Any, data: Any = None) -> RemoveAuthorForm:
    return RemoveAuthorForm(data, authors=rows, auto_id="remove_%s")


def _arrange(request: HttpRequest, submission: Submission) -> Forms | None:
    rows = ArrangeRows(list(submission.authorships.all()), request.POST, bound=True)
    typed_version = request.POST.get("version", "")
    if not rows.is_valid():
        return {"arrange": rows}
    try:
        made = arrange_authors(
            submission=submission,
            by=person(request),
            received_at=received_at(request),
            version=whole_number(typed_version) or 0,
            authors=rows.spelled(),
        )
    except Refused as refusal:
        return {"arrange": rows, "error": refusal.sentence}
    messages.success(request, "Saved. Your co-authors are told." if made else "Nothing was changed.")
    return None


def _add(request: HttpRequest, submission: Submission) -> Forms | None:
    form = AddAuthorForm(request.POST, auto_id="add_%s")
    if form.is_valid():
        try:
            author_requests.ask_to_add(
                submission=submission, by=person(request), author=form.author(), reason=form.cleaned_data["reason"]
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "The organizers are asked. Nothing is changed until they have answered.")
            return None
    return {"add": form}


def _remove(request: HttpRequest, submission: Submission) -> Forms | None:
    form = _remove_form(list(submission.authorships.all()), request.POST)
    if form.is_valid():
        whom = get_object_or_404(submission.authorships, pk=form.cleaned_data["author"])
        try:
            author_requests.ask_to_remove(
                submission=submission, by=person(request), authorship=whom, reason=form.cleaned_data["reason"]
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "The organizers are asked. Nothing is changed until they have answered.")
            return None
    return {"remove": form}


def _take_back(request: HttpRequest, submission: Submission) -> Forms | None:
    rows = AuthorListRequest.objects.filter(submission=submission).select_related("by", "authorship")
    key = request.POST.get("request", "")
    asked = get_object_or_404(rows, pk=whole_number(key) or 0)
    asked.submission = submission
    try:
        author_requests.take_back(request=asked, by=person(request))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Taken back.")
    return None


def _tell_again(request: HttpRequest, submission: Submission) -> Forms | None:
    key = request.POST.get("author", "")
    whom = get_object_or_404(submission.authorships, pk=whole_number(key) or 0)
    try:
        tell_again(authorship=whom, by=person(request))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"The mail to {whom.name} is on its way once more.")
    return None


_ACTIONS: dict[str, Callable[[HttpRequest, Submission], Forms | None]] = {
    "arrange": _arrange,
    "add": _add,
    "remove": _remove,
    "take-back": _take_back,
    "tell-again": _tell_again,
}


# --- somebody is missing ----------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def missing_author(request: HttpRequest, slug: str) -> HttpResponse:
    """“I am missing from the list of authors.” The answer is the same whatever exists."""
    workshop = get_or_404(viewer_of(request), "public", Workshop, slug=slug)
    form = MissingForm()
    back = request.POST.get("action") == "take-back"
    if request.method == "POST":
        form = MissingForm(request.POST)
        form.fields["reason"].required = not back
        if form.is_valid():
            try:
                _say_missing(workshop, person(request), form.cleaned_data, back=back)
            except Refused as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, SAME_ANSWER_BACK if back else SAME_ANSWER)
                return redirect("submissions:missing_author", slug)
    status = 422 if form.is_bound else 200
    return render(request, "submissions/missing_author.html", {"form": form, "workshop": workshop}, status=status)


def _say_missing(workshop: Workshop, by: User, typed: dict[str, Any], *, back: bool) -> None:
    if back:
        author_requests.take_back_missing(workshop=workshop, number=typed["number"], by=by)
    else:
        author_requests.say_missing(workshop=workshop, number=typed["number"], by=by, reason=typed["reason"])
