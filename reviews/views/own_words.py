"""One's own words on a paper: every version, what differs between two, and a file with all of it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.viewer import viewer_of
from accounts.request import person
from audit.errors import Refused, StaleState
from audit.text import whole_number
from reviews.copies import copy_of
from reviews.forms import posted_answers
from reviews.offline import write
from reviews.services.review import SAVED_ELSEWHERE, open_review, save_draft
from reviews.states import CURRENT
from reviews.versions import answers_of_version, compare, own_text, text_of_own_or_lost
from reviews.views.writing import own_assignment


@login_required
@never_cache
@require_safe
def versions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All versions of one's review, and what differs between the two that the address names (``from`` and ``to``)."""
    text = text_of_own_or_lost(viewer_of(request), pk)
    old, new = (whole_number(request.GET.get(name), digits=9) for name in ("from", "to"))
    asked = old is not None and new is not None
    numbers = [line.number for line in text.versions]
    context = {
        "page": text,
        "lines": list(zip(text.versions, [*numbers[1:], None], strict=True)) if numbers else [],
        "numbers": numbers,
        "asked": asked,
        "compared": compare(text, old, new) if old is not None and new is not None else None,
        "old": old if asked else (numbers[1] if len(numbers) > 1 else None),
        "new": new if asked else (numbers[0] if numbers else None),
        "may_restore": text.status in CURRENT,
    }
    return render(request, "reviews/versions.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Make an earlier version the draft again. What is submitted stays as it is until the next submission."""
    assignment = own_assignment(request, pk)
    text = own_text(viewer_of(request), pk)
    answers = answers_of_version(text, number)
    typed = request.POST.get("version", "")
    try:
        row = open_review(assignment=assignment, by=person(request))
        save_draft(
            review=row,
            by=person(request),
            version=whole_number(typed, digits=9) or 0,
            answers=answers,
        )
    except StaleState:
        messages.error(request, f"{SAVED_ELSEWHERE} Here is the newest list: choose once more.")
        return redirect("reviews:versions", pk)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("reviews:versions", pk)
    messages.success(request, f"The form holds version {number} again, as a draft. Submit it to make it count.")
    return redirect("reviews:review", pk)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The review as a Markdown file: what is stored, or what is posted, so that no text is ever stuck in a page."""
    text = text_of_own_or_lost(viewer_of(request), pk)
    answers = text.stored
    if request.method == "POST":
        answers = posted_answers(request.POST, text.questions)
    elif (number := whole_number(request.GET.get("version"), digits=9)) is not None:
        answers = answers_of_version(text, number)
    made = copy_of(viewer_of(request), text, answers)
    return as_file(write(made), made.name, "text/markdown")


def as_file(content: str | bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
