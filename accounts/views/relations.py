"""The part of the profile that says whom a person is tied to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from access.rights import get_or_404
from access.viewer import viewer_of
from accounts.forms import RelationForm
from accounts.models import Relation, User
from accounts.services.relations import add_relation, change_relation, remove_relation
from accounts.views.profile import PROFILE, REMOVED, profile_page
from audit.errors import Refused, add_refusal


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """One more tie. The answer is the same whether the address has an account or not."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    form = RelationForm(request.POST, auto_id="tie_%s")
    if form.is_valid():
        try:
            made = add_relation(user=person, by=person, tie=form.tie())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"{named(made)} is on your list.")
            return redirect(_there())
    return profile_page(request, person, relation_form=form)


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """``do=remove`` takes the tie off the list; anything else saves it."""
    relation = get_or_404(viewer_of(request), "row", Relation.objects.select_related("user"), pk=pk)
    person = relation.user
    if request.POST.get("do") == "remove":
        tie = remove_relation(relation=relation, by=person)
        request.session[REMOVED] = {"what": "relation", "words": named(relation), "held": tie.held()}
        return redirect(f"{reverse(PROFILE)}#removed")
    form = RelationForm(request.POST, auto_id=f"tie{pk}_%s")
    if form.is_valid():
        try:
            change_relation(relation=relation, by=person, tie=form.tie())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "Saved.")
            return redirect(_there())
    return profile_page(request, person, changed={pk: form})


def named(relation: Relation) -> str:
    """The other one, as the person wrote them down."""
    return relation.other_name or relation.other_email


def _there() -> str:
    return f"{reverse(PROFILE)}#relations"
