"""The registry of grants. Each app's ``access.py`` fills it; a right is the OR of its grants, and there is no deny.

@grant(Submission, "reviews")
def organizers(viewer: Viewer) -> Q: ...

through(Review, "assignment__submission", Submission, "reviews")
"""

from collections import defaultdict
from collections.abc import Callable

from django.db.models import Model, Q

from access.viewer import Viewer

Grant = Callable[[Viewer], Q]

_GRANTS: dict[tuple[type[Model], str], list[Grant]] = defaultdict(list)


def grant(model: type[Model], *aspects: str) -> Callable[[Grant], Grant]:
    """Register a grant of one or several aspects of ``model``. It returns a Q over ``model``; no query runs in it."""

    def register(function: Grant) -> Grant:
        for aspect in aspects:
            _GRANTS[model, aspect].append(function)
        return function

    return register


def through(model: type[Model], path: str, root: type[Model], aspect: str, *, gives: str = "row") -> None:
    """Rows of ``model`` have the aspect ``gives`` where the ``root`` at ``path`` shows its ``aspect``."""

    def by_root(viewer: Viewer) -> Q:
        return Q(**{f"{path}__in": root._base_manager.filter(right(root, aspect, viewer)).values("pk")})

    _GRANTS[model, gives].append(by_root)


def right(model: type[Model], aspect: str, viewer: Viewer) -> Q:
    """The rows of ``model`` whose ``aspect`` the viewer may see, as a Q. Raises LookupError for an unknown aspect."""
    if (model, aspect) not in _GRANTS:
        raise LookupError(f"{model.__name__} has no aspect {aspect!r}")
    if viewer.system:
        return Q()
    if viewer.through is not None:
        return right(model, aspect, Viewer(viewer.person)) & right(model, aspect, Viewer(viewer.through))
    union = Q(pk__in=[])
    for function in _GRANTS[model, aspect]:
        rows = function(viewer)
        if not rows:  # an empty Q means every row, and "or" would drop it
            return Q()
        union |= rows
    return union


def aspects(model: type[Model]) -> frozenset[str]:
    """The aspects that somebody may be granted on ``model``."""
    return frozenset(aspect for owner, aspect in _GRANTS if owner is model)
