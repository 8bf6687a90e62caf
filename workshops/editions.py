"""The editions of a workshop, one after the other: each knows the one before it."""

from collections.abc import Mapping
from dataclasses import dataclass

from workshops.models import Workshop


@dataclass(frozen=True)
class Edition:
    slug: str
    name: str
    venue: str


@dataclass(frozen=True)
class Editions:
    """``earlier`` from the last to the first; ``later`` is the newest that follows, if there is one."""

    earlier: tuple[Edition, ...] = ()
    later: Edition | None = None


def editions_of(workshop: Workshop) -> Editions:
    """Those that are announced, whoever looks; one that is not is passed over. One query."""
    names = ("pk", "previous_id", "slug", "name", "year", "venue", "published_at")
    rows = {row.pk: row for row in Workshop.objects.filter(is_rehearsal=workshop.is_rehearsal).only(*names)}
    after = {row.previous_id: row for row in sorted(rows.values(), key=lambda row: row.year) if row.previous_id}
    earlier = _walk(workshop.previous_id, {pk: row.previous_id for pk, row in rows.items()})
    later = _walk(_next(workshop.pk, after), {pk: _next(pk, after) for pk in rows})
    shown = [_edition(rows[pk]) for pk in later if rows[pk].published_at]
    return Editions(
        earlier=tuple(_edition(rows[pk]) for pk in earlier if pk in rows and rows[pk].published_at),
        later=shown[-1] if shown else None,
    )


def follows(workshop: Workshop, previous: Workshop) -> bool:
    """Would ``previous`` come after ``workshop``, or be it: so that it cannot come before? One query."""
    before = dict(Workshop.objects.values_list("pk", "previous_id"))
    return workshop.pk in _walk(previous.pk, before)


def _next(pk: int, after: dict[int, Workshop]) -> int | None:
    return after[pk].pk if pk in after else None


def _walk(start: int | None, to: Mapping[int, int | None]) -> list[int]:
    """The keys from ``start`` on; a circle is left where it closes."""
    walked: list[int] = []
    while start is not None and start not in walked:
        walked.append(start)
        start = to.get(start)
    return walked


def _edition(row: Workshop) -> Edition:
    return Edition(row.slug, str(row), row.venue)
