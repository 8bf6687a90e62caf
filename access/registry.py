"""The registry of grants. Each app's ``access.py`` fills it; a right is the OR of its grants, and there is no deny.

@grant(Submission, "reviews")
def organizers(viewer: Viewer) -> Q: ...

through(Review, "assignment__submission", Submission, "reviews")

Somebody who looks as another person sees what both may see, as far as the gates of the models let them.
"""

from collections import defaultdict
from collections.abc import Callable

from django.db.models import Model, Q

from access.viewer import Viewer

Grant = Callable[[Viewer], Q]

_GRANTS: dict[tuple[type[Model], str], list[Grant]] = defaultdict(list)
_INSTEAD: dict[tuple[type[Model], str], str] = {}
_GATES: dict[type[Model], Grant] = {}


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


def seen_by_others(model: type[Model], aspect: str, *, with_aspect: str) -> None:
    """What is a person's own by ``aspect`` is seen by whoever looks as that person and has ``with_aspect`` of the row.

    Without this nobody sees it as somebody else: it is never one's own for both.
    """
    _INSTEAD[model, aspect] = with_aspect


def gate(model: type[Model], path: str, root: type[Model], aspect: str) -> None:
    """Whoever looks as somebody else sees rows of ``model`` only where the ``root`` at ``path`` shows them ``aspect``.

    What a person sees tells what they have to do with it, so that what both may see is still too much: a reviewer's
    paper says who reviews it.
    """

    def by_root(viewer: Viewer) -> Q:
        return Q(**{f"{path}__in": root._base_manager.filter(right(root, aspect, viewer)).values("pk")})

    _GATES[model] = (lambda viewer: right(root, aspect, viewer)) if model is root else by_root


def gated() -> frozenset[type[Model]]:
    """The models that have a gate."""
    return frozenset(_GATES)


def right(model: type[Model], aspect: str, viewer: Viewer) -> Q:
    """The rows of ``model`` whose ``aspect`` the viewer may see, as a Q. Raises LookupError for an unknown aspect."""
    if (model, aspect) not in _GRANTS:
        raise LookupError(f"{model.__name__} has no aspect {aspect!r}")
    if viewer.system:
        return Q()
    if viewer.through is not None:
        return _both(model, aspect, *viewer.sides)
    union = Q(pk__in=[])
    for function in _GRANTS[model, aspect]:
        rows = function(viewer)
        if not rows:  # an empty Q means every row, and "or" would drop it
            return Q()
        union |= rows
    return union


def _both(model: type[Model], aspect: str, seen: Viewer, looking: Viewer) -> Q:
    rows = right(model, aspect, seen) & right(model, _INSTEAD.get((model, aspect), aspect), looking)
    return rows & _GATES[model](looking) if model in _GATES else rows


def aspects(model: type[Model]) -> frozenset[str]:
    """The aspects that somebody may be granted on ``model``."""
    return frozenset(aspect for owner, aspect in _GRANTS if owner is model)


def granted() -> frozenset[type[Model]]:
    """The models that somebody may be granted an aspect of."""
    return frozenset(model for model, _ in _GRANTS)
