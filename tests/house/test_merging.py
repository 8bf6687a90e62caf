"""Every column that points at a person says what happens to it when two accounts become one."""

from django.apps import apps

from accounts.merging import all_links
from accounts.models import User


def columns() -> set[str]:
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields(include_hidden=True)
        if field.is_relation and field.concrete and not field.many_to_many and field.related_model is User
    }


def test_every_column_that_points_at_a_person_is_registered() -> None:
    registered = {f"{link.model._meta.label}.{link.field}" for link in all_links()}

    assert (columns() - registered, registered - columns()) == (set(), set())


def test_column_that_stays_says_why() -> None:
    assert [link for link in all_links() if link.stays and not link.stays.endswith(".")] == []


def test_no_column_both_stays_and_moves() -> None:
    both = [link for link in all_links() if link.stays and (link.move or link.twin or link.words)]

    assert both == []
