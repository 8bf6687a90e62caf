"""What a reviewer tells the organizers of a paper: no, a conflict, who may have written it, more days."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from audit.errors import Refused, add_refusal
from reviews.forms import AuthorsKnownForm, ConflictForm, DaysForm, DeclineForm
from reviews.models import Assignment
from reviews.services.assign import decline_assignment
from reviews.services.extension_request import ask_for_days, take_request_back
from reviews.services.own_conflict import note_authors_known, take_note_back, tell_conflict
from reviews.states import AssignmentKind
from reviews.views.writing import chair_response, own_assignment, review_response
from workshops.instants import both


def _by(request: HttpRequest) -> Any:
    return request.user


@login_required
@require_POST
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give one paper back, with a word why."""
    assignment = own_assignment(request, pk)
    form = DeclineForm(request.POST, auto_id="decline_%s", begun=True)
    if form.is_valid():
        given = form.cleaned_data
        try:
            decline_assignment(
                assignment=assignment, by=_by(request), reason=given["reason"], hand_over=given["hand_over"]
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return _gone(request, assignment, "Thank you for saying so.")
    if assignment.kind == AssignmentKind.AREA_CHAIR:
        return chair_response(request, pk, decline_form=form, status=422)
    return review_response(request, pk, aside={"decline": form}, status=422)


def _gone(request: HttpRequest, assignment: Assignment, thanks: str) -> HttpResponse:
    paper = assignment.submission
    if assignment.kind == AssignmentKind.AREA_CHAIR:
        messages.success(request, f"You are no longer area chair of paper #{paper.number}. {thanks}")
        return redirect("desk:my_desk")
    messages.success(request, f"You do not review paper #{paper.number} any more. {thanks}")
    return redirect("reviews:profile", paper.workshop.slug)


@login_required
@require_POST
def conflict(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A conflict of interest, at any time: the paper closes at once."""
    assignment = own_assignment(request, pk)
    form = ConflictForm(request.POST, auto_id="conflict_%s")
    if form.is_valid():
        try:
            tell_conflict(assignment=assignment, by=_by(request), why=form.cleaned_data["why"])
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            contact = assignment.submission.workshop.contact
            ask = (
                f"If it was a mistake, write to {contact}." if contact else "If it was a mistake, tell the organizers."
            )
            return _gone(request, assignment, f"Thank you for being careful. {ask}")
    return _again(request, assignment, "conflict", form)


@login_required
@require_POST
def authors_known(request: HttpRequest, pk: UUID) -> HttpResponse:
    """“I think I know who wrote this”: a note; ``do=take-back`` takes it back."""
    assignment = own_assignment(request, pk)
    form = AuthorsKnownForm(request.POST, auto_id="known_%s")
    if request.POST.get("do") == "take-back":
        take_note_back(assignment=assignment, by=_by(request))
        messages.success(request, "Taken back: the organizers see no note.")
        return redirect("reviews:review", pk)
    if form.is_valid():
        try:
            note_authors_known(assignment=assignment, by=_by(request), **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Noted for the organizers. Nothing changes for you: please go on.")
            return redirect("reviews:review", pk)
    return _again(request, assignment, "known", form)


@login_required
@require_POST
def more_days(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for more days, or (``do=take-back``) need none any more."""
    assignment = own_assignment(request, pk)
    form = DaysForm(request.POST, auto_id="days_%s")
    if request.POST.get("do") == "take-back":
        take_request_back(assignment=assignment, by=_by(request))
        messages.success(request, "Taken back: the date stays as it is.")
        return redirect("reviews:review", pk)
    if form.is_valid():
        try:
            asked = ask_for_days(assignment=assignment, by=_by(request), **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"You have asked for time until {both(asked.until)}. The answer comes by mail.")
            return redirect("reviews:review", pk)
    return _again(request, assignment, "days", form)


def _again(request: HttpRequest, assignment: Assignment, name: str, form: Form) -> HttpResponse:
    """The page again with the form that was refused. An area chair's page has none of these."""
    if assignment.kind == AssignmentKind.AREA_CHAIR:
        for sentences in form.errors.values():
            messages.error(request, str(sentences[0]))
        return redirect("reviews:review", assignment.pk)
    return review_response(request, assignment.pk, aside={name: form}, status=422)
