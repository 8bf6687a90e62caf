"""The views that a person saved of a list."""

from typing import Any

from django.db.models import QuerySet

from access.prepared import prepared
from access.viewer import Viewer
from submissions.models import SavedView
from workshops.models import Workshop

View = tuple[int, str, str]
"""Its key, its name, its filters."""


def view_rows(viewer: Viewer, workshop_id: int, list_name: str) -> "QuerySet[SavedView, tuple[Any, ...]]":
    rows = SavedView.objects.filter(workshop=workshop_id, user=viewer.id, page=list_name)
    return rows.values_list("pk", "name", "query")


def views_from(rows: list[View]) -> list[View]:
    return sorted(rows, key=lambda row: (row[1], row[0]))


_views = prepared(view_rows)


def own_views(workshop: Workshop, viewer: Viewer, list_name: str) -> list[View]:
    """The viewer's saved views of this list. One query."""
    return views_from(_views(viewer, workshop.pk, list_name))
