"""The page on which a review is written, and what is saved while one types."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from access.rights import get_or_404, visible_to
from access.viewer import viewer_of
from accounts.request import person
from audit.errors import Refused, StaleState
from audit.text import whole_number
from reviews import reading
from reviews.both_texts import chosen, differences, marks, read_marks
from reviews.chairing import chair_page
from reviews.forms import PREFIX, AuthorsKnownForm, ConflictForm, DaysForm, DeclineForm, ReviewForm, posted_answers
from reviews.models import Assignment
from reviews.services.follow_form import follow_form
from reviews.services.reveal import reveal_reviewers
from reviews.services.review import Closed, WrongAnswers, form_of, keep_refused, open_review, save_draft, submit_review
from reviews.states import REVIEWING
from reviews.versions import kept_text, own_text
from reviews.writing import TAKEN_BACK
from workshops.middleware import received_at
from workshops.reading import questions_of

ASIDE: dict[str, type[Form]] = {
    "decline": DeclineForm,
    "conflict": ConflictForm,
    "known": AuthorsKnownForm,
    "days": DaysForm,
}
"""The small forms beside the review, each with an address of its own."""
LONGEST_TAB = 36
FORM_CHANGED = "The form changed while you were writing. Press “Save draft”: what you typed is taken over"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The paper and the form, or what its area chair sees; POST saves (``do=save``) or submits (``do=submit``)."""
    if request.method != "POST":
        return _page_of(request, pk)
    assignment = _had(request, pk)
    if assignment is not None:
        return _kept_page(request, pk, assignment)
    assignment = own_assignment(request, pk)
    page = reading.review_page(viewer_of(request), pk, received_at(request))
    answers = chosen(request.POST.dict(), posted_answers(request.POST, page.questions), page.answers)
    if former := _former_form(request, page.form):
        return _followed(request, assignment, former)
    submits = request.POST.get("do") == "submit"
    try:
        _write(request, assignment, answers, _version(request), submits=submits)
    except StaleState:
        return _met_another(request, assignment, answers, submits=submits)
    except Refused as refusal:
        return _not_written(request, assignment, refusal, answers)
    return _written(request, page, submits=submits)


def _page_of(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By what the assignment is: a reviewer's page, an area chair's, or what is kept of a paper that one lost."""
    try:
        return review_response(request, pk)
    except Http404:
        with suppress(Http404):
            return chair_response(request, pk)
    text = kept_text(viewer_of(request), pk)
    return render(request, "reviews/kept.html", {"page": text, "answers": text.answers})


def own_assignment(request: HttpRequest, pk: UUID) -> Assignment:
    rows = Assignment.objects.select_related("submission__workshop", "submission__track", "user")
    return get_or_404(viewer_of(request), "own", rows, pk=pk)


def _had(request: HttpRequest, pk: UUID) -> Assignment | None:
    """The assignment that was one's own, where one's words may still be kept."""
    rows = Assignment.objects.select_related("submission__workshop", "submission__track", "user")
    return visible_to(viewer_of(request), "kept", rows).filter(pk=pk).first()


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return whole_number(text, digits=9) or 0


def _tab(request: HttpRequest) -> str:
    return request.POST.get("tab", "")[:LONGEST_TAB]


def _write(
    request: HttpRequest, assignment: Assignment, answers: dict[str, Any], version: int, *, submits: bool
) -> int:
    """Save or submit; returns the version that the page now is."""
    by: Any = request.user
    at, tab = received_at(request), _tab(request)
    row = open_review(assignment=assignment, by=by, received_at=at)
    if not submits:
        return save_draft(review=row, by=by, version=version, answers=answers, tab=tab, received_at=at).version
    submit_review(review=row, by=by, version=version, answers=answers, received_at=at, tab=tab)
    return version + 1


def _written(request: HttpRequest, before: reading.ReviewPage, *, submits: bool) -> HttpResponse:
    if not submits:
        said = "Saved as a draft. Only you can read it."
    elif before.is_submitted:
        said = "Your changes are submitted; the version before is kept."
    else:
        said = "Your review is submitted. Thank you. A receipt is on its way to you by mail."
    messages.success(request, said)
    return redirect("reviews:review", before.pk)


def _former_form(request: HttpRequest, asked: int | None) -> int:
    """The version of the form that the page was drawn with, where another one is asked by now; else 0."""
    text = request.POST.get("form", "")
    drawn = whole_number(text, digits=9) or 0
    return drawn if drawn != asked else 0


def _followed(request: HttpRequest, assignment: Assignment, former: int) -> HttpResponse:
    """The organizers changed the form while one typed: all of it is kept, and the page says what changed."""
    by: Any = request.user
    answers = posted_answers(request.POST, questions_of(former))
    try:
        row = open_review(assignment=assignment, by=by)
        follow_form(review=row, by=by, version=_version(request), answers=answers, form=former)
    except Refused as refusal:
        return _not_written(request, assignment, refusal, answers)
    messages.warning(
        request, "The form changed while you were writing. What you typed is saved; see what changed, then submit."
    )
    return redirect("reviews:review", assignment.pk)


# --- what was not written ---------------------------------------------------------------------------------------------


def _met_another(
    request: HttpRequest, assignment: Assignment, answers: dict[str, Any], *, submits: bool
) -> HttpResponse:
    """Somebody (oneself, in another window) saved meanwhile: both texts where they differ; nothing to choose where
    they do not.
    """
    page = reading.review_page(viewer_of(request), assignment.pk, received_at(request))
    found = differences(page.questions, answers, page.answers, read_marks(request.POST.get("drawn", "")))
    if not found:
        if submits and page.is_submitted and page.saved_at is None:
            messages.success(request, "Your review is submitted already, with these very words.")
            return redirect("reviews:review", page.pk)
        try:
            _write(request, assignment, answers, page.version, submits=submits)
        except Refused as again:
            return _not_written(request, assignment, again, answers)
        return _written(request, page, submits=submits)
    form = ReviewForm.of_answers(page.questions, answers)
    form.errors.clear()  # the answers were not looked at
    return review_response(request, page.pk, form=form, page=page, merge=found, status=409)


def _not_written(
    request: HttpRequest, assignment: Assignment, refusal: Refused, answers: dict[str, Any]
) -> HttpResponse:
    """The page again with all that was typed. Wrong answers are kept as a draft; what came too late is kept beside."""
    version = _version(request)
    if isinstance(refusal, WrongAnswers):
        with suppress(Refused):
            version = _write(request, assignment, answers, version, submits=False)
    elif isinstance(refusal, Closed):
        keep_refused(assignment=assignment, by=person(request), answers=answers)
    page = reading.review_page(viewer_of(request), assignment.pk, received_at(request))
    known = {question.key for question in page.questions}
    form = ReviewForm.of_answers(page.questions, {key: answers[key] for key in answers if key in known})
    if not isinstance(refusal, WrongAnswers):
        _say(form, refusal.sentence)
    typed = answers if isinstance(refusal, Closed) else None
    return review_response(
        request,
        assignment.pk,
        form=form,
        version=version,
        page=page,
        typed=typed,
        status=409 if isinstance(refusal, StaleState) else 422,
    )


def _say(form: ReviewForm, sentence: str) -> None:
    """This sentence and nothing else: the answers were not looked at."""
    form.errors.clear()
    form.add_error(None, sentence)


def _kept_page(request: HttpRequest, pk: UUID, assignment: Assignment) -> HttpResponse:
    """The paper was taken back while one typed: a sentence, and the words."""
    questions = own_text(viewer_of(request), pk, aspect="kept").questions
    typed = posted_answers(request.POST, questions)
    with suppress(Refused):
        keep_refused(assignment=assignment, by=person(request), answers=typed)
    text = kept_text(viewer_of(request), pk)
    answers = reading.answers_in_words(text.questions, typed)
    context = {"page": text, "answers": answers or text.answers, "typed": bool(answers)}
    return render(request, "reviews/kept.html", context, status=409)


# --- the pages --------------------------------------------------------------------------------------------------------


def review_response(
    request: HttpRequest,
    pk: UUID,
    *,
    form: ReviewForm | None = None,
    aside: dict[str, Form] | None = None,
    version: int | None = None,
    page: reading.ReviewPage | None = None,
    merge: list[Any] | None = None,
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with what was refused in its place: the review's ``form``, or one of those beside it (``aside``)."""
    page = page or reading.review_page(viewer_of(request), pk, received_at(request))
    shown = page.answers if typed is None else typed
    context = {
        "page": page,
        "form": form or ReviewForm.filled(page.questions, page.answers),
        "answers": () if page.writing.allowed else reading.answers_in_words(page.questions, shown),
        "typed": _pairs(typed or {}),
        "merge": merge or [],
        "version": page.version if version is None else version,
        "tab": _tab(request) or str(uuid4()),
        "drawn": marks(page.questions, page.answers),
        **{f"{name}_form": form for name, form in _aside(page, aside or {}).items()},
        "refused": next(iter(aside), "") if aside else "",
    }
    return render(request, "reviews/review.html", context, status=status)


def _pairs(answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Answers as the hidden fields of a form have them."""
    return [
        (f"{PREFIX}-{key}", str(one))
        for key, value in answers.items()
        for one in (value if isinstance(value, list) else [value])
    ]


def _aside(page: reading.ReviewPage, bound: dict[str, Form]) -> dict[str, Form | Callable[[], SafeString]]:
    return {name: bound.get(name) or partial(_blank, name, page.has_begun) for name in ASIDE}


@cache
def _blank(name: str, begun: bool) -> SafeString:
    """A small form beside the review before anything is typed: the same for everybody, so that it is drawn once."""
    options: dict[str, Any] = {"begun": begun} if name == "decline" else {}
    return ASIDE[name](auto_id=f"{name}_%s", **options).render()


def chair_response(
    request: HttpRequest, pk: UUID, *, decline_form: DeclineForm | None = None, status: int = 200
) -> HttpResponse:
    """The paper with all submitted reviews and who wrote them; each look is in the log."""
    page = chair_page(viewer_of(request), pk, received_at(request))
    reveal_reviewers(by=person(request), submission_id=page.submission)
    context = {"page": page, "decline_form": decline_form or DeclineForm(auto_id="decline_%s")}
    return render(request, "reviews/chair.html", context, status=status)


@login_required
@require_POST
def autosave(request: HttpRequest, pk: UUID) -> JsonResponse:
    """What is typed, kept as a draft. 409 when it was saved elsewhere since; 422 when it cannot be kept."""
    if _had(request, pk) is not None:
        return JsonResponse({"message": TAKEN_BACK}, status=422)
    assignment = own_assignment(request, pk)
    if assignment.kind not in REVIEWING:
        raise Http404
    by: Any = request.user
    try:
        row = open_review(assignment=assignment, by=by, received_at=received_at(request))
        if _former_form(request, form_of(row, assignment.submission)):
            return JsonResponse({"message": FORM_CHANGED}, status=409)
        row = save_draft(
            review=row,
            by=by,
            version=_version(request),
            answers=posted_answers(request.POST, questions_of(form_of(row, assignment.submission))),
            autosave=True,
            tab=_tab(request),
            received_at=received_at(request),
        )
    except Refused as refusal:
        return JsonResponse({"message": refusal.sentence}, status=409 if isinstance(refusal, StaleState) else 422)
    at = row.draft_saved_at
    assert at is not None
    return JsonResponse({"version": row.version, "saved": f"{at:%H:%M:%S}", "saved_at": at.isoformat()})
