"""Asking for rights: the same statement serves lists, counts, choices, exports and single pages."""

from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404

from access.registry import right
from access.viewer import Viewer

M = TypeVar("M", bound=Model)


def visible_to(viewer: Viewer, aspect: str, rows: "type[M] | QuerySet[M]") -> "QuerySet[M]":
    """The rows whose ``aspect`` the viewer may see. One SQL statement, whatever the roles."""
    queryset = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    return queryset.filter(right(queryset.model, aspect, viewer))


def may(viewer: Viewer, aspect: str, row: Model) -> bool:
    """May the viewer see this aspect of this row? One query."""
    return visible_to(viewer, aspect, type(row)).filter(pk=row.pk).exists()


def get_or_404(viewer: Viewer, aspect: str, rows: "type[M] | QuerySet[M]", **lookup: Any) -> M:
    """The one row of this lookup, or the 404 that a missing row gives too."""
    found = visible_to(viewer, aspect, rows).filter(**lookup)[:2]
    if len(found) != 1:
        raise Http404
    return found[0]


def require(viewer: Viewer, aspect: str, row: Model) -> None:
    """Raise PermissionDenied unless the viewer has this aspect of the row. The first line of a service."""
    if not may(viewer, aspect, row):
        raise PermissionDenied
