"""How the book is read: newest first, by key, never counted."""

from django.db import models


class EntryQuerySet(models.QuerySet):
    def about(self, root_type: str, root_id: int) -> "EntryQuerySet":
        return self.filter(root_type=root_type, root_id=root_id)

    def older_than(self, entry_id: int | None) -> "EntryQuerySet":
        return self if entry_id is None else self.filter(id__lt=entry_id)
