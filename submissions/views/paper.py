"""The author's page: write a paper, see how it stands."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access.viewer import key_of, links_of, viewer_of
from audit.errors import Refused, StaleState, add_refusal
from audit.text import whole_number
from submissions import both_versions, form_state, links
from submissions.emails import page as page_at
from submissions.form_state import Typed
from submissions.forms import AddressForm, AuthorRows
from submissions.models import Submission, WorkingCopy
from submissions.pasted_authors import read_authors
from submissions.reading import AuthorPage, history, names_an_author, read_page
from submissions.reading_late import KEPT_LATE
from submissions.services import working_copy
from submissions.services.files import add_file, remove_supplement
from submissions.services.late import waiting_of
from submissions.services.save import SOMEBODY_SAVED, save_submission
from submissions.states import FilePurpose, RevisionStatus
from submissions.uploads import limited_upload, skipped
from submissions.views.base import actor, browser_mark, by_link, for_authors, own_paper
from submissions.views.typing import preview_of
from workshops.middleware import received_at

FILES = {"file": FilePurpose.PAPER, "supplement": FilePurpose.SUPPLEMENT}
REMOVE_SUPPLEMENT = "remove-supplement"


@limited_upload
@for_authors
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The author's page. One POST saves words, authors and file; each is kept where another is refused."""
    submission = own_paper(request, slug, number)
    if request.method != "POST":
        return paper_page(request, submission)
    choices = form_state.choices_of(submission.workshop_id)
    data = both_versions.chosen(submission, request.POST, choices)
    action = request.POST.get("action", "save")
    if action != "save":
        return _change_form(request, submission, data, action)
    typed = _save(request, submission, form_state.posted(data, choices), data)
    if typed.saved and not typed.file_refused:
        if typed.late or (typed.file_taken and waiting_of(own_paper(request, slug, number))):
            messages.warning(request, KEPT_LATE)
        else:
            messages.success(request, _saved_words(typed))
        return redirect("submissions:paper", slug, number)
    if typed.saved:
        messages.success(request, "Your text is saved. The file was not taken: see below.")
    else:
        _keep(request, submission, data)
    return paper_page(request, own_paper(request, slug, number), typed, data)


def _save(request: HttpRequest, submission: Submission, typed: Typed, data: QueryDict) -> Typed:
    if typed.is_valid():
        _save_words(request, submission, typed)
    elif data.get("version") != str(submission.version):
        typed.stale = True
        typed.form.add_error(None, SOMEBODY_SAVED)
    if not typed.stale:
        typed.file_taken, refused = _take_files(request, submission)
        typed.file_refused = " ".join(refused.values())
        for field, sentence in refused.items():
            typed.form.add_error(field, sentence)
    return typed


def _save_words(request: HttpRequest, submission: Submission, typed: Typed) -> None:
    try:
        revision = save_submission(
            submission=submission,
            by=actor(request, submission),
            received_at=received_at(request),
            tab=request.POST.get("tab", ""),
            **typed.values(),
        )
        typed.saved, typed.late = True, revision.status == RevisionStatus.LATE
    except StaleState as refusal:
        typed.stale = True
        typed.form.add_error(None, refusal.sentence)
    except Refused as refusal:
        if refusal.field == "authors":
            typed.rows.error = refusal.sentence
        else:
            add_refusal(typed.form, refusal)


def _keep(request: HttpRequest, submission: Submission, data: QueryDict) -> None:
    """What could not be saved stays, also when the tab is closed."""
    version = data.get("version", "")
    try:
        working_copy.keep_working_copy(
            submission=submission,
            by=actor(request, submission),
            typed=dict(data.lists()),
            version=whole_number(version, digits=8) or 0,
            received_at=received_at(request),
            browser=browser_mark(request),
        )
    except Refused:
        return  # too long to be kept, or too late: it stands on the page, and in this browser


def _take_files(request: HttpRequest, submission: Submission) -> tuple[str, dict[str, str]]:
    """The names of the files that were stored, and the sentences about those that were not, by their fields."""
    taken, refused = [], {}
    for field, purpose in FILES.items():
        try:
            taken += _take_file(request, submission, field, purpose)
        except Refused as refusal:
            refused[field] = refusal.sentence
    return "” and “".join(taken), refused


def _take_file(request: HttpRequest, submission: Submission, field: str, purpose: str) -> list[str]:
    if sentence := skipped(request, field):
        raise Refused(sentence, field=field)
    upload = request.FILES.get(field)
    if upload is None:
        return []
    file = add_file(
        submission=submission,
        by=actor(request, submission),
        upload=upload,
        name=upload.name or "",
        received_at=received_at(request),
        purpose=purpose,
    )
    return [file.name]


def _saved_words(typed: Typed) -> str:
    return f"Saved, and “{typed.file_taken}” is stored." if typed.file_taken else "Saved."


def _change_form(request: HttpRequest, submission: Submission, data: QueryDict, action: str) -> HttpResponse:
    """Rows of authors more, less, up, down or pasted; a preview; other questions. Nothing is saved but a file that was
    chosen, which a page cannot give back."""
    name, refused = _take_files(request, submission)
    if name:
        messages.success(request, f"“{name}” is stored. Your text is not saved yet.")
    for sentence in refused.values():
        messages.error(request, f"The file was not taken. {sentence}")
    removed = action == REMOVE_SUPPLEMENT and _remove_supplement(request, submission)
    rows, extra = _changed_rows(AuthorRows.typed(data, bound=False), data, action)
    fresh = data.get("version") == str(submission.version) or bool(name) or removed
    version = submission.version if fresh else whole_number(data.get("version"), digits=9) or 0
    if action == "preview":
        extra |= {"preview": preview_of(data.get("abstract", ""))}
    typed = form_state.kept(submission, data, version=version, rows=rows)
    _keep(request, submission, data)
    again = own_paper(request, submission.workshop.slug, submission.number)
    return paper_page(request, again, typed, data, extra=extra)


def _remove_supplement(request: HttpRequest, submission: Submission) -> bool:
    try:
        remove_supplement(submission=submission, by=actor(request, submission), received_at=received_at(request))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return False
    messages.success(
        request, "The supplement is removed; what it was stays in the history. Your text is not saved yet."
    )
    return True


def _changed_rows(rows: AuthorRows, data: QueryDict, action: str) -> tuple[AuthorRows, dict[str, Any]]:
    if not action.startswith("paste"):
        return rows.changed(action), {}
    text = data.get("pasted", "")
    found = read_authors(text)
    if action == "paste" or not found:
        return rows, {"pasted": text, "read": found, "was_read": True}
    joined = rows.joined([read.person for read in found], replacing=action == "paste-replace")
    return joined, {}


def paper_page(
    request: HttpRequest,
    submission: Submission,
    typed: Typed | None = None,
    data: QueryDict | None = None,
    *,
    address: AddressForm | None = None,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """``typed`` is what is in the form, ``data`` the same as it was posted; without them what is saved, or kept."""
    viewer = viewer_of(request)
    page = read_page(submission, viewer_id=viewer.id, now=received_at(request))
    kept = working_copy.of(submission, actor(request, submission)) if page.may_edit and typed is None else None
    if typed is None and page.may_edit:
        typed, data = _begun(submission, page, kept)
        status = 200
    elif typed is None and page.keeps_late:
        typed, status = form_state.late(submission, page), 200
    else:
        status = typed.status if typed else 200
    if typed is not None and typed.form.is_bound:
        _renew_version(typed.form, submission)
    merge = (
        both_versions.differences(submission, data, typed.choices) if typed and typed.stale and data is not None else []
    )
    problems = _problems(typed) + _wrong_fields(address)
    sections = links.sections(viewer, submission)
    holds = by_link(request, submission)
    context = {
        "page": page,
        "submission": submission,
        "workshop": submission.workshop,
        "typed": typed if page.may_edit or page.keeps_late or problems else None,
        "base": _base(submission, typed, data),
        "tab": data.get("tab", "") if data is not None else "",
        "pasted": data.get("pasted", "") if data is not None else "",
        "merge": merge,
        "kept": kept if kept and (data is not None or kept.discarded_at) else None,
        "same_browser": bool(kept and kept.browser and kept.browser == browser_mark(request)),
        "problems": problems,
        "history": history(submission),
        "sections": sections,
        "ended": any(section.ends for section in sections),
        "most": settings.MAX_PDF_BYTES // 1024 // 1024,
        "by_link": holds,
        "private_link": _private_link(request, submission) if holds else "",
        "address": address or (_address_form(page) if holds and viewer.person is None else None),
        "telling_link": names_an_author(submission.code_url, page.authors),
        **(extra or {}),
    }
    return render(request, "submissions/paper.html", context, status=422 if address is not None else status)


def _begun(submission: Submission, page: AuthorPage, kept: WorkingCopy | None) -> tuple[Typed, QueryDict | None]:
    """The form of somebody who opens the page: with what they typed and did not save, else with what is saved."""
    if kept is not None and kept.discarded_at is None:
        data = form_state.query_dict(kept.data)
        typed = form_state.kept(submission, data, version=submission.version)
        if both_versions.differences(submission, data, typed.choices):
            typed.stale = both_versions.is_overtaken(submission, data, typed.choices)
            return typed, data
    return form_state.saved(submission, page.authors, page.topics), None


def _base(submission: Submission, typed: Typed | None, data: QueryDict | None) -> str:
    """The revision that the form was drawn from; while somebody else's stands against it, the one before that."""
    if typed is not None and typed.stale and data is not None and "base" in data:
        return str(data["base"])
    return str(submission.current.number if submission.current else 0)


def _private_link(request: HttpRequest, submission: Submission) -> str:
    token = next(each for each in links_of(request) if key_of(each) == submission.claim_token_hash)
    return page_at("submissions:link", token)


def _address_form(page: AuthorPage) -> AddressForm:
    """Filled in with the corresponding author."""
    author = next((each for each in page.authors if each.corresponding), None)
    names = ("given", "family", "email")
    return AddressForm(initial={name: getattr(author, name) for name in names} if author else None)


def _renew_version(form: Any, submission: Submission) -> None:
    """The page is drawn from what is saved now; whoever reads what it says of that may save over it."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["version"] = str(submission.version)
    form.data = data


def _wrong_fields(form: Form | None) -> list[tuple[str, str]]:
    """Where each error of a form is, and what it says."""
    if form is None:
        return []
    found = [("", str(error)) for error in form.non_field_errors()]
    for field in form.visible_fields():
        found += [(field.id_for_label or f"id_{field.name}", f"{field.label}: {error}") for error in field.errors]
    return found


def _problems(typed: Typed | None) -> list[tuple[str, str]]:
    """The error summary: where each is, and what it says."""
    if typed is None:
        return []
    found = _wrong_fields(typed.form)
    if typed.rows.error:
        found.append(("authors", typed.rows.error))
    for place, row in typed.rows:
        if row.is_bound:
            found += [
                (field.id_for_label, f"Author {place + 1}, {str(field.label).lower()}: {error}")
                for field in row
                for error in field.errors
            ]
    for _, answers, is_asked in typed.question_sets:
        if answers.is_bound and is_asked:
            found += [
                (field.id_for_label or f"id_{field.html_name}", f"{field.label}: {error}")
                for field in answers
                for error in field.errors
            ]
    return found
