"""A person's own pages."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from access.rights import get_or_404, visible_to
from access.viewer import viewer_of
from accounts.forms import (
    ROWS,
    AffiliationForm,
    AffiliationFormSet,
    ProfileForm,
    PublicationsForm,
    add_refusal,
    affiliations_of,
    typed_affiliations,
)
from accounts.models import Publication, User
from accounts.services.profile import MOST_AFFILIATIONS, update_profile
from accounts.services.publications import add_publications, remove_publication
from audit.errors import Refused

PROFILE = "accounts:profile"
SHOWN_PROBLEMS = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Names, ORCID iD, affiliations and publications."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    if request.method != "POST":
        return _page(request, person)
    form = ProfileForm(request.POST)
    rows = AffiliationFormSet(request.POST, prefix=ROWS, initial=affiliations_of(person))
    if "add_row" in request.POST:
        return _page(request, person, form=_unchecked(request), rows=_with_one_more(request))
    if form.is_valid() and rows.is_valid() and _save(request, person, form, rows):
        messages.success(request, "Your profile is saved.")
        return redirect(PROFILE)
    return _page(request, person, form=form, rows=rows)


@login_required
@require_POST
def publications(request: HttpRequest) -> HttpResponse:
    """Add publications."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    form = PublicationsForm(request.POST)
    if not form.is_valid():
        return _page(request, person, publications_form=form)
    try:
        added, problems = add_publications(user=person, by=person, text=form.cleaned_data["text"])
    except Refused as refused:
        add_refusal(form, refused)
        return _page(request, person, publications_form=form)
    return _told(request, person, form, added, problems)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one publication off the list."""
    publication = get_or_404(viewer_of(request), "row", Publication.objects.select_related("user"), pk=pk)
    remove_publication(publication=publication, by=publication.user)
    messages.success(request, f"“{publication.title}” is off your list.")
    return redirect(PROFILE)


def _save(request: HttpRequest, person: User, form: ProfileForm, rows: BaseFormSet) -> bool:
    entries, numbers = typed_affiliations(rows)
    try:
        update_profile(user=person, by=person, affiliations=entries, **form.cleaned_data)
    except Refused as refused:
        _add_refusal(form, rows, numbers, refused)
        return False
    return True


def _add_refusal(form: ProfileForm, rows: BaseFormSet, numbers: list[int], refused: Refused) -> None:
    """Put a refusal beside its field, which may be one of a row's."""
    if not refused.field.startswith(f"{ROWS}."):
        return add_refusal(form, refused)
    _, number, field = refused.field.split(".")
    row = rows.forms[numbers[int(number)]]
    row.add_error(field if field in row.fields else None, refused.sentence)
    return None


def _told(request: HttpRequest, person: User, form: PublicationsForm, added: int, problems: list[str]) -> HttpResponse:
    """Back to the page; where something could not be read, with what was typed still there."""
    if added:
        messages.success(request, f"Added {added} publication{'' if added == 1 else 's'}.")
    if not problems:
        return redirect(PROFILE)
    for sentence in problems[:SHOWN_PROBLEMS]:
        form.add_error("text", sentence)
    if len(problems) > SHOWN_PROBLEMS:
        form.add_error("text", f"And {len(problems) - SHOWN_PROBLEMS} more lines like these.")
    return _page(request, person, publications_form=form)


def _unchecked(request: HttpRequest) -> ProfileForm:
    """What was typed, not judged yet: the person only asked for another row."""
    return ProfileForm(initial={name: request.POST.get(name, "") for name in ProfileForm.base_fields})


def _with_one_more(request: HttpRequest) -> BaseFormSet:
    typed = [
        {name: request.POST.get(f"{ROWS}-{number}-{name}", "") for name in AffiliationForm.base_fields}
        for number in range(_count(request))
        if not request.POST.get(f"{ROWS}-{number}-DELETE")
    ]
    return _rows([row for row in typed if row["name"] or row["domain"]], more=1)


def _count(request: HttpRequest) -> int:
    said = request.POST.get(f"{ROWS}-TOTAL_FORMS", "")
    return min(int(said), MOST_AFFILIATIONS) if said.isdecimal() else 0


def _rows(initial: list[dict[str, Any]], *, more: int) -> BaseFormSet:
    rows = AffiliationFormSet(prefix=ROWS, initial=initial)
    rows.extra = more
    return rows


def _page(
    request: HttpRequest,
    person: User,
    *,
    form: ProfileForm | None = None,
    rows: BaseFormSet | None = None,
    publications_form: PublicationsForm | None = None,
) -> HttpResponse:
    known = affiliations_of(person) if rows is None else []
    context = {
        "person": person,
        "form": form or ProfileForm(initial=ProfileForm.of(person)),
        "rows": rows or _rows(known, more=0 if known else 1),
        "publications_form": publications_form or PublicationsForm(),
        "publications": list(visible_to(viewer_of(request), "row", Publication).order_by("-year", "title")),
        "has_password": person.has_usable_password(),
    }
    return render(request, "accounts/profile.html", context)
