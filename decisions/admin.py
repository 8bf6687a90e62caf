"""What can be decided in each track. Decisions themselves have desk pages only."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.http import HttpRequest

from access.admin import ConflictAwareAdmin
from decisions.models import Outcome


@admin.register(Outcome)
class OutcomeAdmin(ConflictAwareAdmin):
    list_display = ("label", "kind", "track", "workshop")
    list_select_related = ("track__workshop",)
    list_filter = (("track__workshop", RelatedOnlyFieldListFilter),)
    filters_allowed = frozenset({"track__workshop__id__exact"})
    ordering = ("-track__workshop__year", "track__position", "position")
    words = {
        "key": ("Key", "A short word for files and links, such as accept. It stays."),
        "label": ("What it is called", "As authors read it."),
        "kind": ("What it means", "It stays."),
        "offers_track": ("Offers this track", "Only where it means an offer of another track."),
        "position": ("Place", "Its place among the decisions of its track, from the first."),
    }
    fields = ("track", "key", "label", "kind", "offers_track", "position")

    def workshop(self, row: Outcome) -> str:
        return str(row.track.workshop)

    def root_id(self, row: Any) -> int | None:
        return row.track.workshop_id

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What decisions hang on stays."""
        return ("track", "key", "kind") if obj else ()
