"""What is stored on one floor knows nothing of the floors above it; AUTH_USER_MODEL is the one exception."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from tests.house.floors import FLOORS, ROOT, height

OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in FLOORS]


def test_floors_are_all_the_apps_of_the_project() -> None:
    assert [app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()] == list(FLOORS)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_relation_points_down_the_floors(model: type) -> None:
    up = [
        f"{field.name} → {field.related_model._meta.label}"
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
        if field.is_relation
        and field.related_model._meta.app_label in FLOORS
        and field.related_model._meta.label != settings.AUTH_USER_MODEL
        and height(field.related_model._meta.app_label) > height(model._meta.app_label)
    ]

    assert up == []


def test_migration_depends_only_on_the_floors_below() -> None:
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    up = [
        f"{app}.{name} → {dependency[0]}"
        for (app, name), migration in migrations.items()
        if app in FLOORS
        for dependency in (*migration.dependencies, *(before for before in migration.run_before))
        if not hasattr(dependency, "setting")  # swappable: AUTH_USER_MODEL
        and dependency[0] in FLOORS
        and height(dependency[0]) > height(app)
    ]

    assert up == []


def test_no_model_overrides_how_it_is_saved_or_deleted() -> None:
    ways = {"save", "save_base", "delete", "asave", "adelete"}
    overrides = [
        f"{owner.__module__}.{owner.__name__}.{way}"
        for model in OURS
        for owner in model.__mro__
        if owner.__module__.split(".")[0] in FLOORS
        for way in sorted(ways & set(vars(owner)))
    ]

    assert overrides == []
