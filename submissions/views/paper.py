"""The author's page: write a paper, see how it stands."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access.viewer import viewer_of
from audit.errors import Refused, StaleState
from submissions import links
from submissions.files import too_large
from submissions.forms import AuthorRows, PaperForm, WithdrawForm, stored
from submissions.models import Submission
from submissions.reading import history, read_page
from submissions.services.files import add_file
from submissions.services.save import SOMEBODY_SAVED, save_submission
from submissions.uploads import limited_upload
from submissions.views.base import own_paper, person
from workshops.middleware import received_at
from workshops.models import Topic, Track


@dataclass
class Typed:
    """What came with a POST, and what became of it."""

    form: PaperForm
    rows: AuthorRows
    stale: bool = False
    saved: bool = False
    file_taken: str = ""
    file_refused: str = ""

    @property
    def status(self) -> int:
        if self.stale:
            return 409
        return 200 if self.saved and not self.file_refused else 422


@limited_upload
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The author's page. One POST saves words, authors and file; each is kept where another is refused."""
    submission = own_paper(request, slug, number)
    if request.method != "POST":
        return paper_page(request, submission)
    action = request.POST.get("action", "save")
    if action != "save":
        return _change_rows(request, submission, action)
    typed = _save(request, submission)
    if typed.saved and not typed.file_refused:
        messages.success(request, _saved_words(typed))
        return redirect("submissions:paper", slug, number)
    if typed.saved:
        messages.success(request, "Your text is saved. The file was not taken: see below.")
    return paper_page(request, own_paper(request, slug, number), typed)


def _save(request: HttpRequest, submission: Submission) -> Typed:
    typed = Typed(_paper_form(submission, request.POST), AuthorRows.typed(request.POST))
    valid = [typed.form.is_valid(), typed.rows.is_valid()]
    if all(valid):
        _save_words(request, submission, typed)
    elif request.POST.get("version") != str(submission.version):
        typed.stale = True
        typed.form.add_error(None, SOMEBODY_SAVED)
    if not typed.stale:
        typed.file_taken, typed.file_refused = _take_file(request, submission)
    if typed.file_refused:
        typed.form.add_error("file", typed.file_refused)
    return typed


def _save_words(request: HttpRequest, submission: Submission, typed: Typed) -> None:
    try:
        save_submission(
            submission=submission,
            by=person(request),
            received_at=received_at(request),
            authors=typed.rows.authors(),
            **typed.form.words(),
        )
        typed.saved = True
    except StaleState as refusal:
        typed.stale = True
        typed.form.add_error(None, refusal.sentence)
    except Refused as refusal:
        if refusal.field == "authors":
            typed.rows.error = refusal.sentence
        else:
            typed.form.add_error(refusal.field or None, refusal.sentence)


def _take_file(request: HttpRequest, submission: Submission) -> tuple[str, str]:
    """The name of the file that was stored, and the sentence about one that was not."""
    if getattr(request, "skipped", ""):
        return "", too_large(None, settings.MAX_PDF_BYTES).sentence
    upload = request.FILES.get("file")
    if upload is None:
        return "", ""
    try:
        file = add_file(
            submission=submission,
            by=person(request),
            upload=upload,
            name=upload.name or "",
            received_at=received_at(request),
        )
    except Refused as refusal:
        return "", refusal.sentence
    return file.name, ""


def _saved_words(typed: Typed) -> str:
    return f"Saved, and “{typed.file_taken}” is stored." if typed.file_taken else "Saved."


def _change_rows(request: HttpRequest, submission: Submission, action: str) -> HttpResponse:
    """A row more, less, up or down. Nothing is saved but a file that was chosen, which a page cannot give back."""
    name, refused = _take_file(request, submission)
    if name:
        messages.success(request, f"“{name}” is stored. Your text is not saved yet.")
    if refused:
        messages.error(request, f"The file was not taken. {refused}")
    rows = AuthorRows.typed(request.POST, bound=False).changed(action)
    fresh = request.POST.get("version") == str(submission.version) or bool(name)
    shown = {key: request.POST.get(key, "") for key in stored(submission, ())} | {
        "topics": request.POST.getlist("topics"),
        "version": submission.version if fresh else request.POST.get("version", "0"),
    }
    form = _paper_form(submission, None, shown)
    return paper_page(
        request, own_paper(request, submission.workshop.slug, submission.number), Typed(form, rows, saved=True)
    )


def _paper_form(submission: Submission, data: Any, initial: dict[str, Any] | None = None) -> PaperForm:
    tracks = list(Track.objects.filter(workshop=submission.workshop_id))
    topics = list(Topic.objects.filter(workshop=submission.workshop_id))
    return PaperForm(data, tracks=tracks, topics=topics, initial=initial)


def paper_page(
    request: HttpRequest,
    submission: Submission,
    typed: Typed | None = None,
    withdrawal: WithdrawForm | None = None,
) -> HttpResponse:
    viewer = viewer_of(request)
    page = read_page(submission, viewer_id=viewer.id, now=received_at(request))
    if typed is None and page.may_edit:
        topics = submission.topics.values_list("pk", flat=True)
        typed = Typed(_paper_form(submission, None, stored(submission, list(topics))), AuthorRows.stored(page.authors))
        status = 200
    else:
        status = typed.status if typed else 200
    if typed is not None and typed.form.is_bound:
        _renew_version(typed.form, submission)
    problems = _problems(typed)
    sections = links.sections(viewer, submission)
    context = {
        "page": page,
        "submission": submission,
        "workshop": submission.workshop,
        "typed": typed if page.may_edit or problems else None,
        "problems": problems,
        "history": history(submission),
        "sections": sections,
        "ended": any(section.ends for section in sections),
        "withdrawal": withdrawal or (WithdrawForm(submission=submission) if page.may_withdraw else None),
        "most": settings.MAX_PDF_BYTES // 1024 // 1024,
    }
    return render(request, "submissions/paper.html", context, status=422 if withdrawal else status)


def _renew_version(form: PaperForm, submission: Submission) -> None:
    """The page is drawn from what is saved now; whoever reads what it says of that may save over it."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["version"] = str(submission.version)
    form.data = data


def _problems(typed: Typed | None) -> list[tuple[str, str]]:
    """The error summary: where each is, and what it says."""
    if typed is None:
        return []
    found = [("", str(error)) for error in typed.form.non_field_errors()]
    for field in typed.form.visible_fields():
        found += [(field.id_for_label or f"id_{field.name}", f"{field.label}: {error}") for error in field.errors]
    if typed.rows.error:
        found.append(("authors", typed.rows.error))
    for place, row in typed.rows:
        if row.is_bound:
            found += [
                (field.id_for_label, f"Author {place + 1}, {str(field.label).lower()}: {error}")
                for field in row
                for error in field.errors
            ]
    return found
