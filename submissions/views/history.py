"""Every save of a paper: listed, compared, restored; and the receipt of what counts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from access.viewer import viewer_of
from audit.errors import Refused
from audit.text import whole_number
from submissions.models import Submission
from submissions.reading import read_page
from submissions.services.restore import restore_version
from submissions.versions import Receipt, compare, receipt_of, versions_of
from submissions.views.base import actor, for_authors, own_paper
from workshops.middleware import received_at


@for_authors
@never_cache
@require_safe
def versions(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """All saves, and what differs between the two that the address names (``from`` and ``to``)."""
    submission = own_paper(request, slug, number)
    page = read_page(submission, viewer_id=viewer_of(request).id, now=received_at(request))
    listed = versions_of(submission)
    old, new = (whole_number(request.GET.get(name), digits=9) for name in ("from", "to"))
    asked = old is not None and new is not None
    context = {
        "submission": submission,
        "workshop": submission.workshop,
        "versions": listed,
        "may_restore": page.may_edit,
        "asked": asked,
        "compared": compare(submission, old, new) if old is not None and new is not None else None,
        "old": old if asked else (listed[1].change.number if len(listed) > 1 else None),
        "new": new if asked else (listed[0].change.number if listed else None),
    }
    return render(request, "submissions/versions.html", context)


@for_authors
@require_POST
def restore(request: HttpRequest, slug: str, number: int, version: int) -> HttpResponse:
    """Save an earlier version again."""
    submission = own_paper(request, slug, number)
    typed = request.POST.get("version", "")
    try:
        restore_version(
            submission=submission,
            number=version,
            by=actor(request, submission),
            received_at=received_at(request),
            version=whole_number(typed, digits=9) or 0,
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("submissions:versions", slug, number)
    messages.success(request, f"The paper is as it was in version {version}. What was there before is in the history.")
    return redirect("submissions:versions", slug, number)


@for_authors
@never_cache
@require_safe
def receipt(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What is stored, to print, and to compare with the file on one's own computer, which never leaves it."""
    submission = own_paper(request, slug, number)
    found = _receipt(request, submission)
    context = {"submission": submission, "workshop": submission.workshop, "receipt": found}
    return render(request, "submissions/receipt.html", context)


@for_authors
@never_cache
@require_safe
def receipt_text(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The same as a text file."""
    found = _receipt(request, own_paper(request, slug, number))
    response = HttpResponse(found.text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipt-{slug}-{number}.txt"'
    return response


def _receipt(request: HttpRequest, submission: Submission) -> Receipt:
    """Of a paper that is submitted; a draft has none."""
    page = read_page(submission, viewer_id=viewer_of(request).id, now=received_at(request))
    found = receipt_of(submission, page.receipt)
    if found is None:
        raise Http404
    return found
