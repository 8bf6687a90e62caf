"""The author's pages: begin a paper, write it, follow it, take it back; and every file's door."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404, may, visible_to
from access.viewer import Viewer, viewer_of
from accounts.models import User
from audit.errors import Refused, StaleState
from submissions import links
from submissions.files import path_of, relative_path, too_large
from submissions.forms import AuthorRows, PaperForm, StartForm, WithdrawForm, stored
from submissions.models import File, Submission
from submissions.reading import AuthorPage, history, papers_for_authors, read_page
from submissions.services.files import add_file
from submissions.services.save import SOMEBODY_SAVED, save_submission
from submissions.services.start import start_submission
from submissions.services.withdraw import undo_withdrawal
from submissions.services.withdraw import withdraw as withdraw_paper
from submissions.states import FilePurpose
from submissions.uploads import limited_upload
from workshops.calls import windows_of
from workshops.middleware import received_at
from workshops.models import Deadline, Topic, Track, Workshop
from workshops.states import DeadlineKind

BEGUN = "begun_paper"


# --- begin a paper ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a track, type a title, go on. Whoever is not signed in types first and signs in then."""
    viewer = viewer_of(request)
    workshop = get_or_404(viewer, "public", Workshop, slug=slug)
    tracks = list(visible_to(viewer, "row", Track).filter(workshop=workshop))
    kept = request.session.get(BEGUN) if request.user.is_authenticated else None
    typed = request.POST if request.method == "POST" else None
    form = StartForm(typed, tracks=tracks, initial=kept if kept and kept.get("slug") == slug else None)
    if typed is not None and form.is_valid():
        answer = _begin(request, workshop, form)
        if answer is not None:
            return answer
    return _start_page(request, workshop, tracks, form)


def _begin(request: HttpRequest, workshop: Workshop, form: StartForm) -> HttpResponse | None:
    title, track = form.cleaned_data["title"], form.cleaned_data["track"]
    if not request.user.is_authenticated:
        request.session[BEGUN] = {"slug": workshop.slug, "title": title, "track": str(track.pk)}
        return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.path})}")
    try:
        paper = start_submission(
            workshop=workshop, track=track, by=request.user, received_at=received_at(request), title=title
        )
    except Refused as refusal:
        form.add_error(refusal.field or None, refusal.sentence)
        return None
    request.session.pop(BEGUN, None)
    return redirect("submissions:paper", workshop.slug, paper.number)


def _start_page(request: HttpRequest, workshop: Workshop, tracks: list[Track], form: StartForm) -> HttpResponse:
    rows = list(visible_to(viewer_of(request), "row", Deadline).filter(workshop=workshop))
    windows = windows_of(tracks, rows, received_at(request))
    cards = [(track, windows[track.pk][DeadlineKind.SUBMISSION]) for track in tracks]
    context = {
        "workshop": workshop,
        "form": form,
        "cards": cards,
        "any_open": any(entry.is_open for _, entry in cards),
        "chosen": str(form["track"].value() or ""),
    }
    return render(request, "submissions/start.html", context, status=422 if form.errors else 200)


# --- write it ---------------------------------------------------------------------------------------------------------


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
    submission = _own_paper(request, slug, number)
    if request.method != "POST":
        return _page(request, submission)
    action = request.POST.get("action", "save")
    if action != "save":
        return _change_rows(request, submission, action)
    typed = _save(request, submission)
    if typed.saved and not typed.file_refused:
        messages.success(request, _saved_words(typed))
        return redirect("submissions:paper", slug, number)
    if typed.saved:
        messages.success(request, "Your text is saved. The file was not taken: see below.")
    return _page(request, _own_paper(request, slug, number), typed)


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
            by=_person(request),
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
            by=_person(request),
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
    return _page(
        request, _own_paper(request, submission.workshop.slug, submission.number), Typed(form, rows, saved=True)
    )


def _paper_form(submission: Submission, data: Any, initial: dict[str, Any] | None = None) -> PaperForm:
    tracks = list(Track.objects.filter(workshop=submission.workshop_id))
    topics = list(Topic.objects.filter(workshop=submission.workshop_id))
    return PaperForm(data, tracks=tracks, topics=topics, initial=initial)


def _person(request: HttpRequest) -> User:
    """Whoever is signed in; the views that ask are closed to others."""
    return cast(User, request.user)


def _own_paper(request: HttpRequest, slug: str, number: int) -> Submission:
    rows = papers_for_authors(Submission.objects.all())
    return get_or_404(viewer_of(request), "own", rows, workshop__slug=slug, number=number)


def _page(
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


# --- follow it, take it back ------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def status(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The part of the page that changes while the file is checked; it asks again by itself until that is done."""
    submission = _own_paper(request, slug, number)
    page: AuthorPage = read_page(submission, viewer_id=viewer_of(request).id, now=received_at(request))
    context = {"page": page, "submission": submission, "workshop": submission.workshop, "alone": True}
    return render(request, "submissions/_status.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Withdraw the paper, once its number is typed."""
    submission = _own_paper(request, slug, number)
    form = WithdrawForm(request.POST, submission=submission)
    if form.is_valid():
        try:
            withdraw_paper(submission=submission, by=_person(request), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.sentence)
    if form.errors:
        return _page(request, _own_paper(request, slug, number), withdrawal=form)
    messages.success(request, f"Paper #{number} is withdrawn.")
    return redirect("submissions:paper", slug, number)


@login_required
@require_POST
def undo_withdraw(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take the withdrawal back."""
    submission = _own_paper(request, slug, number)
    try:
        undo_withdrawal(submission=submission, by=_person(request))
        messages.success(request, f"Paper #{number} is back, as it was.")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("submissions:paper", slug, number)


# --- every file's door ------------------------------------------------------------------------------------------------


@login_required
@require_safe
def serve_file(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """A file, for whoever may read it: an attachment that a browser runs nothing of.

    Only its authors see what it was called, and nobody its hash: the ETag is made of its random id.
    """
    viewer = viewer_of(request)
    file = get_or_404(viewer, "row", File.objects.select_related("blob", "submission"), pk=pk)
    etag = f'"{file.pk.hex}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged if unchanged is not None and unchanged.status_code == 304 else _bytes_of(file)
    name = _name_for(viewer, file)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag
    return response


def _bytes_of(file: File) -> HttpResponseBase:
    kind = "application/pdf" if file.purpose != FilePurpose.SOURCE else "application/octet-stream"
    if settings.PROTECTED_FILES_URL:
        response = HttpResponse(content_type=kind)
        response["X-Accel-Redirect"] = f"{settings.PROTECTED_FILES_URL.rstrip('/')}/{relative_path(file.blob)}"
        return response
    return FileResponse(path_of(file.blob).open("rb"), content_type=kind)


def _name_for(viewer: Viewer, file: File) -> str:
    if file.purpose != FilePurpose.BLINDED and may(viewer, "own", file.submission):
        return file.name
    return f"paper-{file.submission.number}.pdf"
