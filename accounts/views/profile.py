"""A person's own pages."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from access.rights import get_or_404, visible_to
from access.viewer import viewer_of
from accounts.addresses import domain_of, institution_of
from accounts.forms import (
    ROWS,
    AffiliationForm,
    AffiliationFormSet,
    ProfileForm,
    PublicationsForm,
    RelationForm,
    affiliations_of,
    typed_affiliations,
)
from accounts.models import Publication, Relation, User
from accounts.services.profile import MOST_AFFILIATIONS, update_profile
from accounts.services.publications import (
    add_publications,
    preview_publications,
    put_back_publication,
    remove_publication,
)
from accounts.services.relations import Tie, add_relation
from audit.errors import Refused, add_refusal
from audit.text import whole_number

PROFILE = "accounts:profile"
REMOVED = "removed"
SHOWN_PROBLEMS = 10


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Names, ORCID iD, affiliations and publications."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    if request.method != "POST":
        return profile_page(request, person)
    form = ProfileForm(request.POST)
    rows = AffiliationFormSet(request.POST, prefix=ROWS, initial=affiliations_of(person))
    if "add_row" in request.POST:
        return profile_page(request, person, form=_unchecked(request), rows=_with_one_more(request))
    if form.is_valid() and rows.is_valid() and _save(request, person, form, rows):
        request.session.pop(REMOVED, None)
        messages.success(request, "Your profile is saved.")
        return redirect(PROFILE)
    return profile_page(request, person, form=form, rows=rows)


@login_required
@require_POST
def publications(request: HttpRequest) -> HttpResponse:
    """Add publications; ``do=preview`` shows what would be added."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    form = PublicationsForm(request.POST)
    if not form.is_valid():
        return profile_page(request, person, publications_form=form)
    if request.POST.get("do") == "preview":
        found, problems = preview_publications(person, form.cleaned_data["text"])
        read = {"found": found, "problems": problems}
        return profile_page(request, person, publications_form=form, read=read)
    try:
        added, problems = add_publications(user=person, by=person, text=form.cleaned_data["text"])
    except Refused as refused:
        add_refusal(form, refused)
        return profile_page(request, person, publications_form=form)
    return _told(request, person, form, added, problems)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one publication off the list."""
    publication = get_or_404(viewer_of(request), "row", Publication.objects.select_related("user"), pk=pk)
    title = publication.title
    held = remove_publication(publication=publication, by=publication.user)
    request.session[REMOVED] = {"what": "publication", "words": title, "held": held}
    return redirect(f"{reverse(PROFILE)}#removed")


@login_required
@require_POST
def put_back(request: HttpRequest) -> HttpResponse:
    """Undo the last removal of a publication or a tie."""
    person = get_or_404(viewer_of(request), "self", User, pk=request.user.pk)
    removed = request.session.pop(REMOVED, None)
    if removed is None:
        messages.info(request, "There is nothing to put back.")
        return redirect(PROFILE)
    if removed["what"] == "publication":
        put_back_publication(user=person, by=person, held=removed["held"])
    else:
        add_relation(user=person, by=person, tie=Tie.of(removed["held"]))
    messages.success(request, f"{removed['words']} is on your list again.")
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
    return profile_page(request, person, publications_form=form)


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
    return min(whole_number(request.POST.get(f"{ROWS}-TOTAL_FORMS")) or 0, MOST_AFFILIATIONS)


def _rows(initial: list[dict[str, Any]], *, more: int) -> BaseFormSet:
    rows = AffiliationFormSet(prefix=ROWS, initial=initial)
    rows.extra = more
    return rows


def profile_page(
    request: HttpRequest,
    person: User,
    *,
    form: ProfileForm | None = None,
    rows: BaseFormSet | None = None,
    publications_form: PublicationsForm | None = None,
    read: dict[str, Any] | None = None,
    relation_form: RelationForm | None = None,
    changed: dict[int, RelationForm] | None = None,
) -> HttpResponse:
    """The profile, with whichever of its forms was typed into. ``read``: what a pasted text holds; ``changed``: the
    form of one tie, by its key. Six queries beside the person's.
    """
    known = affiliations_of(person) if rows is None else []
    publications = list(visible_to(viewer_of(request), "row", Publication).order_by("-year", "title"))
    context = {
        "person": person,
        "form": form or ProfileForm(initial=ProfileForm.of(person)),
        "rows": rows or _rows(known, more=0 if known else 1),
        "publications_form": publications_form or PublicationsForm(),
        "publications": publications,
        "read": read,
        "relations": _relations(request, changed or {}),
        "relation_form": relation_form or RelationForm(auto_id="tie_%s"),
        "coauthors": sorted({name for each in publications for name in each.coauthors} - {person.name}),
        "domains": _domains(person),
        "removed": request.session.get(REMOVED),
    }
    return render(request, "accounts/profile.html", context)


def _relations(request: HttpRequest, changed: dict[int, RelationForm]) -> list[dict[str, Any]]:
    """Each tie with the form that changes it."""
    rows = visible_to(viewer_of(request), "row", Relation).order_by("kind", "other_name", "other_email", "pk")
    return [{"row": row, "form": changed.get(row.pk) or _form_of(row), "open": row.pk in changed} for row in rows]


def _form_of(row: Relation) -> RelationForm:
    typed = {"kind": row.kind, "email": row.other_email, "name": row.other_name, "start": row.start, "end": row.end}
    return RelationForm(initial=typed, auto_id=f"tie{row.pk}_%s")


def _domains(person: User) -> list[str]:
    """Institutions that the person's confirmed addresses speak of."""
    addresses = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    return sorted({found for address in addresses if (found := institution_of(domain_of(address)))})
