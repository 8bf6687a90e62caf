"""The book is only ever added to: the database itself refuses anything else, on both engines."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Entry, Root
from audit.services.record import record
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def entry() -> Entry:
    ada = make_user("Ada")
    return record(
        "identity.revealed", by=ada, root_type=Root.PERSON, root_id=ada.pk, aspect="account", about=ada, data={"n": 1}
    )


def test_entry_holds_who_did_what_to_which_root(entry: Entry) -> None:
    stored = Entry.objects.get()

    assert (stored.action, stored.actor, stored.root_type, stored.root_id, stored.aspect) == (
        "identity.revealed",
        entry.actor,
        "person",
        entry.actor_id,
        "account",
    )
    assert (stored.object_type, stored.object_id, stored.data) == ("accounts.user", str(entry.actor_id), {"n": 1})


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"],
)
def test_entry_cannot_be_changed_or_deleted_by_sql(entry: Entry, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert list(Entry.objects.values_list("pk", "action")) == [(entry.pk, "identity.revealed")]


def test_entry_cannot_be_changed_or_deleted_by_the_orm(entry: Entry) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.update(data={})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.all().delete()

    assert list(Entry.objects.values_list("data", flat=True)) == [{"n": 1}]


def test_verb_that_no_app_has_registered_is_not_written() -> None:
    with pytest.raises(ValueError, match="No app has registered"):
        record("paper.eaten", by=None, root_type=Root.WORKSHOP, root_id=1, aspect="staff")

    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_book_can_be_emptied_between_tests_and_refuses_again_afterwards() -> None:
    """The flush after this test deletes the entry; the one below finds the triggers where they were."""
    record("identity.revealed", by=None, root_type=Root.PERSON, root_id=1, aspect="account")

    with pytest.raises(DatabaseError, match="append-only"):
        Entry.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_book_still_refuses_after_a_flush() -> None:
    assert Entry.objects.count() == 0
    record("identity.revealed", by=None, root_type=Root.PERSON, root_id=1, aspect="account")

    with pytest.raises(DatabaseError, match="append-only"):
        Entry.objects.update(action="x")
