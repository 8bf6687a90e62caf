"""While somebody types: what they have is kept, and shown as it will look."""

from datetime import UTC

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from audit.errors import Refused
from audit.text import whole_number
from submissions import both_versions, form_state
from submissions.models import Submission
from submissions.services.working_copy import (
    discard_working_copy,
    drop,
    keep_working_copy,
    restore_working_copy,
)
from submissions.views.base import actor, browser_mark, for_authors, own_paper
from workshops.middleware import received_at
from workshops.prose import unreadable

LONGEST = 20_000


@for_authors
@never_cache
@require_POST
def keep(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Keep what is typed, as it is. It is no save: the paper stays as it was."""
    submission = own_paper(request, slug, number)
    version = whole_number(request.POST.get("version"), digits=8)
    if version is None:
        return JsonResponse({"message": "The page is broken: load it again."}, status=422)
    try:
        kept = keep_working_copy(
            submission=submission,
            by=actor(request, submission),
            typed=dict(request.POST.lists()),
            version=version,
            received_at=received_at(request),
            browser=browser_mark(request),
        )
    except Refused as refusal:
        return JsonResponse({"message": refusal.sentence}, status=422)
    words = "Kept, not saved yet,"
    if kept.received_at == received_at(request) and not _says_anything_new(submission, request.POST):
        drop(submission=submission, by=actor(request, submission), tab=request.POST.get("tab", ""))
        words = "The same as what is saved,"
    at = kept.received_at.astimezone(UTC).isoformat()
    return JsonResponse({"version": int(version), "saved_at": at, "words": words})


def _says_anything_new(submission: Submission, data: QueryDict) -> bool:
    """Does the form hold what is not saved, or a list of authors that was pasted and not taken over?"""
    choices = form_state.choices_of(submission.workshop_id)
    return bool(data.get("pasted", "").strip() or both_versions.differences(submission, data, choices))


@for_authors
@require_POST
def working_copy(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Put aside what was typed and not saved, or take that back."""
    submission = own_paper(request, slug, number)
    by = actor(request, submission)
    if request.POST.get("action") == "restore":
        restore_working_copy(submission=submission, by=by)
    elif discard_working_copy(submission=submission, by=by):
        messages.info(request, "Discarded. The form shows what is saved; below you can take that back.")
    return redirect("submissions:paper", slug, number)


@for_authors
@never_cache
@require_POST
def preview(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The abstract as it will look, and which formulas cannot be read."""
    own_paper(request, slug, number)
    return render(request, "submissions/_preview.html", preview_of(request.POST.get("abstract", "")))


def preview_of(text: str) -> dict[str, object]:
    return {"text": text[:LONGEST], "unreadable": unreadable(text[:LONGEST])}
