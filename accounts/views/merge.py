"""Making two accounts of one person one: which, the code, what would happen, and doing it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.rights import get_or_404
from access.viewer import viewer_of
from accounts import merge_proof
from accounts.forms_security import MergeAddressForm, MergeCodeForm, MergeForm
from accounts.models import User
from accounts.second_factor import has_second_factor
from accounts.services.merge import merge_accounts, preview
from audit.errors import Refused, add_refusal

MERGE, CODE, LOOK = "accounts:merge", "accounts:merge_code", "accounts:merge_look"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest) -> HttpResponse:
    """Which is the other account?"""
    person = _self(request)
    form = MergeAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            merge_proof.ask(request, person, form.cleaned_data["email"])
            return redirect(CODE)
        except Refused as refused:
            add_refusal(form, refused)
    return render(request, "accounts/merge.html", {"form": form, "person": person})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code that was mailed to it."""
    email = merge_proof.asked(request)
    if not email:
        return redirect(MERGE)
    form = MergeCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            merge_proof.enter(request, form.cleaned_data["code"])
            return redirect(LOOK)
        except Refused as refused:
            if not merge_proof.asked(request):
                messages.error(request, refused.sentence)
                return redirect(MERGE)
            add_refusal(form, refused)
    return render(request, "accounts/merge_code.html", {"form": form, "email": email})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    """What would come along and what stands in the way; and doing it."""
    kept, gone = _self(request), merge_proof.other_account(request)
    if gone is None:
        return redirect(MERGE)
    form: forms.Form = MergeForm(request.POST if request.method == "POST" else None, asks=has_second_factor(gone))
    if request.method == "POST" and form.is_valid():
        try:
            shown = merge_proof.proof(request, kept, gone, form.cleaned_data.get("second", ""))
            merge_accounts(kept=kept, gone=gone, by=kept, proof=shown)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            merge_proof.forget(request)
            messages.success(request, "Your two accounts are one now. Both addresses get a mail about it.")
            return redirect("account_email")
    context = {"form": form, "kept": kept, "gone": gone, "preview": preview(kept=kept, gone=gone)}
    return render(request, "accounts/merge_look.html", context)


def _self(request: HttpRequest) -> User:
    return get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
