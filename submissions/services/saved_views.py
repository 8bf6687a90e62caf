"""A person's own names for the filters of a list. Nobody else sees them."""

from django.db import transaction

from access.rights import require
from access.viewer import acting
from accounts.models import User
from audit.errors import Refused
from audit.models import Root
from audit.services.record import record
from submissions.models import SavedView
from workshops.models import Workshop

MOST = 30


@transaction.atomic
def save_view(*, workshop: Workshop, by: User, page: str, name: str, query: str) -> SavedView:
    """Keep the filters under a name. The same name again keeps these filters in place of the former ones.

    Raises Refused for no name, a long one, filters that do not fit, and for more than thirty views.
    """
    require(acting(by), "staff", workshop)
    name = _clean(name)
    if len(query) > 500:
        raise Refused("These filters are too long to be kept. Shorten the words that are searched for.")
    User.objects.select_for_update().get(pk=by.pk)
    mine = SavedView.objects.filter(workshop=workshop, user=by, page=page)
    known = mine.filter(name=name).first()
    if known is None and mine.count() >= MOST:
        raise Refused(f"You have {MOST} views of this list. Delete one that you no longer use, then save this one.")
    view, _ = SavedView.objects.update_or_create(
        workshop=workshop, user=by, page=page, name=name, defaults={"query": query}
    )
    _record("view.saved", view, by)
    return view


@transaction.atomic
def rename_view(*, view: SavedView, by: User, name: str) -> SavedView:
    """Raises Refused for no name, a long one, and one that another view of this list has."""
    name = _clean(name)
    row = SavedView.objects.select_for_update().get(pk=view.pk, user=by)
    twins = SavedView.objects.filter(workshop=row.workshop_id, user=by, page=row.page, name=name)
    if twins.exclude(pk=row.pk).exists():
        raise Refused(f"You have another view that is called “{name}”. Choose another name.", field="name")
    if row.name != name:
        row.name = name
        row.save(update_fields=["name"])
        _record("view.renamed", row, by)
    return row


@transaction.atomic
def delete_view(*, view: SavedView, by: User) -> None:
    """Forget the name. Saving it again with the same filters takes this back."""
    row = SavedView.objects.select_for_update().get(pk=view.pk, user=by)
    _record("view.deleted", row, by)
    row.delete()


def _clean(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise Refused("Give the view a name, such as “Late and mine”.", field="name")
    if len(tidy) > 60:
        raise Refused(f"The name has {len(tidy)} characters; at most 60 fit. Shorten it a little.", field="name")
    return tidy


def _record(action: str, view: SavedView, by: User) -> None:
    record(action, by=by, root_type=Root.PERSON, root_id=by.pk, aspect="account", about=view)
