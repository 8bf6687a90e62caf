"""What the address of a list asks for that is read by key, newest first, and has no pages to count."""

from dataclasses import dataclass, replace
from typing import Any, Self

from audit.text import whole_number
from desk.reading.list_query import ListQuery


@dataclass(frozen=True)
class KeyedQuery(ListQuery):
    """``before``: the key of the last line of the page before. Another filter begins at the newest again."""

    before: str = ""

    def mended(self) -> Self:
        return replace(self, before="" if whole_number(self.before) is None else self.before)

    @property
    def key(self) -> int | None:
        return int(self.before) if self.before else None

    def url(self, **changes: Any) -> str:
        changes.setdefault("before", "")
        return super().url(**changes)

    def as_text(self) -> str:
        return super(KeyedQuery, replace(self, before="")).as_text()

    def kept(self) -> list[tuple[str, Any]]:
        return super(KeyedQuery, replace(self, before="")).kept()
