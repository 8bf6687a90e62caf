"""What the filters of the list of papers offer: tracks, topics, handlers, and the viewer's own saved views."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from access.viewer import Viewer
from accounts.models import full_name
from desk.reading.paper_query import LIST
from submissions.models import Handler, SavedView
from workshops.models import Topic, Track


@dataclass(frozen=True)
class Choice:
    """``said``: the slug of a track, the filters of a saved view."""

    key: int
    words: str
    said: str = ""


@dataclass(frozen=True)
class Choices:
    tracks: list[Choice]
    topics: list[Choice]
    handlers: list[Choice]
    views: list[Choice]


def choice_rows(viewer: Viewer, workshop_id: int) -> dict[str, QuerySet]:
    """The rows of all of them. Who handles papers is known to organizers of any level."""
    posts = Handler.objects.filter(submission__workshop=workshop_id, until=None)
    views = SavedView.objects.filter(workshop=workshop_id, user=0 if viewer.through else viewer.id, page=LIST)
    return {
        "tracks": Track.objects.filter(workshop=workshop_id).values_list("position", "pk", "name", "slug"),
        "topics": Topic.objects.filter(workshop=workshop_id).values_list("position", "pk", "name"),
        "handlers": posts.values_list("user", "user__given", "user__particle", "user__family").distinct(),
        "views": views.values_list("name", "pk", "query"),
    }


def choices_of(rows: dict[str, list[Any]]) -> Choices:
    handlers = sorted((full_name(*names).casefold(), pk, full_name(*names)) for pk, *names in rows["handlers"])
    return Choices(
        tracks=[Choice(pk, name, slug) for _, pk, name, slug in sorted(rows["tracks"])],
        topics=[Choice(pk, name) for _, pk, name in sorted(rows["topics"])],
        handlers=[Choice(pk, name) for _, pk, name in handlers],
        views=[Choice(pk, name, query) for name, pk, query in sorted(rows["views"], key=_by_words)],
    )


def _by_words(row: tuple[str, int, str]) -> tuple[str, int]:
    return row[0].casefold(), row[1]
