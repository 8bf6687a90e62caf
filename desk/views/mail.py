"""Mail on the organizers' desk: what left and what waits, bulk mail, single messages, the words of each kind."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.rights import get_or_404, may
from access.viewer import Viewer
from audit.errors import Refused, add_refusal
from audit.models import Root
from desk.mail_forms import ConfirmForm, WordsForm
from desk.reading.list_query import pairs_of
from desk.reading.mail import (
    MOST,
    TONES,
    BatchLine,
    MailLine,
    MailPage,
    drafted_by,
    label_of,
    leaving,
    newest_batches,
    read_batches,
    read_mail,
    read_templates,
    table_of,
    these_batches,
    visible_messages,
    workshop_kinds,
)
from desk.reading.mail_query import MailQuery
from desk.reading.saved_views import own_views
from desk.services.reveal import reveal
from desk.views.acts import Words as ActWords
from desk.views.base import actor, desk_page, desk_render
from desk.views.bulk_mail import BATCH_WORDS, MESSAGE_WORDS
from desk.views.lists import Options, chips, file_of, files, row_of, views_of, wanted_file
from notifications.kinds import Kind, kind_of
from notifications.models import Batch, Message, Template
from notifications.rendering import Rendered, Words, scope_of, validate, words_of
from notifications.sandbox import MissingValue
from notifications.services import batches as batch_services
from notifications.services.messages import cancel_message, resend_message, settle_in_doubt
from notifications.services.templates import reset_template, save_template
from notifications.states import BatchStatus, MessageStatus
from submissions.models import Submission
from workshops.models import Workshop

RECENT = 10
READY_MADE = (("Everything", ""), ("Failed", "status=failed"), ("In doubt", "status=in_doubt"), ("Held", "status=held"))
PASSING = (MessageStatus.CLAIMED, MessageStatus.SENDING)
STATES: Options = [(str(state.value), str(state.label), None) for state in MessageStatus if state not in PASSING]
BATCH_ACTIONS: dict[str, tuple[Callable[..., Batch], str]] = {
    "cancel": (batch_services.cancel_batch, "Cancelled. Nobody gets this mail."),
    "send-now": (batch_services.send_now, "The hold is over: the mail leaves now."),
    "pause": (batch_services.pause_batch, "Paused. Nothing more leaves until you resume it."),
    "resume": (batch_services.resume_batch, "Resumed: the rest leaves now."),
    "stop": (batch_services.stop_batch, "Stopped. What had not left is cancelled."),
}
MESSAGE_ACTIONS: dict[str, tuple[Callable[..., Message], str]] = {
    "cancel": (cancel_message, "Cancelled. This mail is not sent."),
    "send-again": (resend_message, "It is sent again."),
    "arrived": (partial(settle_in_doubt, arrived=True), "Noted: it arrived."),
    "did-not-arrive": (partial(settle_in_doubt, arrived=False), "It is sent again."),
}


@require_safe
@desk_page
def mail(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    query = MailQuery.of(pairs_of(request.GET))
    if name := wanted_file(request):
        return _file(name, workshop, viewer, query)
    recent = newest_batches(viewer, workshop.pk, most=RECENT)
    page = read_mail(workshop, viewer, query)
    batches = read_batches(workshop, viewer, recent)
    context = {
        "query": query,
        "page": page,
        "batches": batches,
        "views": views_of(request, query, READY_MADE, own_views(workshop, viewer, query.name)),
        "filters": [row_of("State", chips(query, "status", STATES))],
        "kinds": [(kind.name, kind.label) for kind in workshop_kinds()],
        "kept": query.kept(),
        "acts": _bar(MESSAGE_WORDS, page.lines),
        "batch_acts": _bar(BATCH_WORDS, batches),
        **files(query),
        **_pages(query, page),
    }
    return desk_render(request, "desk/mail/mail.html", workshop, viewer, "mail", context)


def _bar(words: dict[str, ActWords], lines: Iterable[MailLine | BatchLine]) -> list[tuple[str, str]]:
    """What can be done with several of the lines; nothing where none of them may be chosen."""
    return [(key, act.bar) for key, act in words.items()] if any(line.may_be_chosen for line in lines) else []


@require_safe
@desk_page
def batch(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    row = _find_batch(workshop, viewer, pk)
    if request.GET.get("part") == "progress":
        (line,) = read_batches(workshop, viewer, [row])
        return render(request, "desk/mail/progress.html", {"workshop": workshop, "batch": line})
    return _batch_page(request, workshop, viewer, row)


@require_POST
@desk_page
def batch_action(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int, action: str) -> HttpResponse:
    row = _find_batch(workshop, viewer, pk)
    if action == "confirm":
        return _confirm(request, workshop, viewer, row)
    if action == "words":
        return _change_words(request, workshop, viewer, row)
    _act(request, BATCH_ACTIONS, action, batch=row, by=viewer.person)
    return redirect("desk:batch", workshop.slug, pk)


@require_safe
@desk_page
def message(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int) -> HttpResponse:
    rows = visible_messages(workshop, viewer).select_related("batch").prefetch_related("tries")
    row = get_object_or_404(rows, pk=pk)
    context = {
        "message": row,
        "label": label_of(row.kind),
        "tone": TONES.get(MessageStatus(row.status), "neutral"),
        "hidden": _is_secret(row),
        "may_act": _may_act(viewer, row),
        "taken_back": row.status in (MessageStatus.HELD, MessageStatus.DUE),
    }
    return desk_render(request, "desk/mail/message.html", workshop, viewer, "mail", context)


@require_POST
@desk_page
def message_action(request: HttpRequest, workshop: Workshop, viewer: Viewer, pk: int, action: str) -> HttpResponse:
    row = get_object_or_404(visible_messages(workshop, viewer), pk=pk)
    if not _may_act(viewer, row):
        raise Http404
    _act(request, MESSAGE_ACTIONS, action, message=row, by=viewer.person)
    return redirect("desk:message", workshop.slug, pk)


@require_safe
@desk_page
def templates(request: HttpRequest, workshop: Workshop, viewer: Viewer) -> HttpResponse:
    context = {"templates": read_templates(workshop)}
    return desk_render(request, "desk/mail/templates.html", workshop, viewer, "mail", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def template(request: HttpRequest, workshop: Workshop, viewer: Viewer, kind: str) -> HttpResponse:
    """The words of one kind beside their preview. ``do`` is save, preview or reset."""
    spec = next((each for each in workshop_kinds() if each.name == kind), None)
    if spec is None:
        raise Http404
    if request.method == "POST" and request.POST.get("do") == "reset":
        reset_template(kind=kind, scope=scope_of(workshop.pk), by=viewer.person)
        messages.success(request, "These are the words one level up again.")
        return redirect("desk:template", workshop.slug, kind)
    form = WordsForm(request.POST or None, initial=_start(workshop, kind))
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") != "preview" and _saved(form, workshop, viewer, kind):
            messages.success(request, "Saved. Mail that is written from now on uses these words.")
            return redirect("desk:template", workshop.slug, kind)
        preview, problem = _preview(spec, form)
    else:
        preview, problem = (None, "") if request.method == "POST" else _preview(spec, form)
    context = {"kind": spec, "form": form, "preview": preview, "problem": problem, "values": _values(spec)}
    if request.headers.get("HX-Request"):
        return render(request, "desk/mail/preview.html", context)
    context["source"] = words_of(kind, scope_of(workshop.pk)).source
    return desk_render(request, "desk/mail/template.html", workshop, viewer, "mail", context, _status(form))


def _act(request: HttpRequest, actions: dict[str, tuple[Callable[..., Any], str]], name: str, **given: Any) -> None:
    if name not in actions:
        raise Http404
    service, words = actions[name]
    try:
        service(**given)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, words)


def _find_batch(workshop: Workshop, viewer: Viewer, pk: int) -> Batch:
    for row in these_batches(viewer, workshop.pk, [pk]):
        return row
    raise Http404


def _batch_page(
    request: HttpRequest,
    workshop: Workshop,
    viewer: Viewer,
    row: Batch,
    confirm: ConfirmForm | None = None,
    words: WordsForm | None = None,
) -> HttpResponse:
    query = MailQuery.of(pairs_of(request.GET))
    page = read_mail(workshop, viewer, query, batch=row)
    (line,) = read_batches(workshop, viewer, [row])
    number = leaving(row, line, viewer) if row.status == BatchStatus.DRAFT else 0
    context = {
        "row": row,
        "batch": line,
        "page": page,
        "query": query,
        "number": number,
        "unseen": max(number - line.left, 0),
        "confirm": confirm,
        "words": words,
        **_pages(query, page),
    }
    if row.status == BatchStatus.DRAFT:
        context |= _draft(workshop, row, number, confirm, words)
    form = confirm or words
    status = _status(form) if form is not None else 200
    return desk_render(request, "desk/mail/batch.html", workshop, viewer, "mail", context, status)


def _draft(
    workshop: Workshop, row: Batch, number: int, confirm: ConfirmForm | None, words: WordsForm | None
) -> dict[str, Any]:
    kinds = list(row.messages.order_by().values_list("kind", flat=True).distinct()[:2])
    found: dict[str, Any] = {"confirm": confirm or _confirm_form(workshop, row, number)}
    if len(kinds) == 1:
        now = Words(row.subject, row.text) if row.text else words_of(kinds[0], scope_of(workshop.pk))
        found["words"] = words or WordsForm(initial={"subject": now.subject, "text": now.text}, prefix="words")
        found["values"] = _values(kind_of(kinds[0]))
    return found


def _confirm_form(workshop: Workshop, row: Batch, number: int, data: Any = None) -> ConfirmForm:
    typed = batch_services.needs_number(row, number)
    return ConfirmForm(data, initial={"hold_minutes": workshop.hold_minutes}, number=number, typed=typed)


def _confirm(request: HttpRequest, workshop: Workshop, viewer: Viewer, row: Batch) -> HttpResponse:
    """Whoever did not draft it types the number of those that they may see; the others leave with them."""
    (line,) = read_batches(workshop, viewer, [row])
    form = _confirm_form(workshop, row, leaving(row, line, viewer), request.POST)
    if form.is_valid():
        given = form.cleaned_data
        typed = given.get("typed")
        if not drafted_by(row, viewer):
            typed = row.messages.filter(status=MessageStatus.HELD).count()
        try:
            batch_services.confirm_batch(batch=row, by=viewer.person, typed=typed, hold_minutes=given["hold_minutes"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Confirmed. It leaves at the end of its hold; until then you can cancel it.")
            return redirect("desk:batch", workshop.slug, row.pk)
    return _batch_page(request, workshop, viewer, row, confirm=form)


def _change_words(request: HttpRequest, workshop: Workshop, viewer: Viewer, row: Batch) -> HttpResponse:
    form = WordsForm(request.POST, prefix="words")
    form.fields["version"].required = False
    if form.is_valid():
        given = form.cleaned_data
        try:
            batch_services.change_batch(
                batch=row, by=viewer.person, subject=given["subject"], text=given["text"].replace("\r\n", "\n")
            )
        except MissingValue as missing:
            said = missing.sentence if drafted_by(row, viewer) else MissingValue(missing.name).sentence
            form.add_error("text", said)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Every message was written again with these words.")
            return redirect("desk:batch", workshop.slug, row.pk)
    return _batch_page(request, workshop, viewer, row, words=form)


def _saved(form: WordsForm, workshop: Workshop, viewer: Viewer, kind: str) -> bool:
    given = form.cleaned_data
    try:
        save_template(kind=kind, scope=scope_of(workshop.pk), by=viewer.person, **given)
    except Refused as refusal:
        add_refusal(form, refusal)
        return False
    return True


def _start(workshop: Workshop, kind: str) -> dict[str, Any]:
    """The words as they are now, and the version of the workshop's own (0: it has none yet)."""
    own = Template.objects.filter(scope=scope_of(workshop.pk), kind=kind).first()
    words = words_of(kind, scope_of(workshop.pk))
    return {"subject": words.subject, "text": words.text, "version": own.version if own else 0}


def _preview(spec: Kind, form: WordsForm) -> tuple[Rendered | None, str]:
    """The mail with the samples of its kind, or what is wrong with its words."""
    given = form.cleaned_data if form.is_bound else form.initial
    try:
        return validate(spec, given.get("subject") or "", given.get("text") or ""), ""
    except Refused as refusal:
        return None, refusal.sentence


def _values(spec: Kind) -> list[tuple[str, str]]:
    """The names that a template may use, with a sample each."""
    return [(name, _sample(value)) for name, value in spec.values.items()]


def _sample(value: Any) -> str:
    if isinstance(value, list):
        parts = value[0] if value else ""
        inner = ", ".join(parts) if isinstance(parts, dict) else str(parts)
        return f"a list, each with {inner}" if isinstance(parts, dict) else f"a list, such as {inner}"
    return str(value)


def _may_act(viewer: Viewer, row: Message) -> bool:
    """An organizer for the workshop's own mail, whoever may act on the paper for a paper's."""
    if row.root_type != Root.SUBMISSION:
        return True
    return may(viewer, "act", get_or_404(viewer, "title", Submission, pk=row.root_id))


def _is_secret(row: Message) -> bool:
    try:
        return kind_of(row.kind).secret
    except KeyError:
        return True


def _file(name: str, workshop: Workshop, viewer: Viewer, query: MailQuery) -> HttpResponse:
    """What the list shows under these filters, the newest ten thousand. Addresses leave the house: it is logged."""
    page = read_mail(workshop, viewer, query, most=MOST)
    reveal(by=actor(viewer), workshop=workshop, page=f"mail.{name}")
    return file_of(name, workshop, query.name, table_of(page))


def _pages(query: MailQuery, page: MailPage) -> dict[str, str]:
    return {
        "newer_url": query.url() if query.before else "",
        "older_url": query.url(before=str(page.older)) if page.older else "",
    }


def _status(form: forms.Form) -> int:
    return 422 if form.is_bound and form.errors else 200
