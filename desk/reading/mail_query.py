"""What the address of the list of mails asks for."""

from dataclasses import dataclass, replace
from typing import ClassVar

from desk.reading.keyed_query import KeyedQuery
from notifications.states import MessageStatus


@dataclass(frozen=True)
class MailQuery(KeyedQuery):
    status: str = ""
    kind: str = ""

    name: ClassVar[str] = "mail"

    def mended(self) -> "MailQuery":
        known = self.status in MessageStatus.values
        return replace(super().mended(), status=self.status if known else "", kind=self.kind[:40])
