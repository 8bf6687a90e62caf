"""Make two accounts of one person one, for somebody who cannot do it alone."""

from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.addresses import normalise_email
from accounts.models import User
from accounts.services.merge import merge_accounts, preview
from audit.errors import Refused


class Command(BaseCommand):
    help = "Bring all that hangs on one account to another and close it. Says what would move unless --yes is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kept", help="a confirmed address of the account that stays")
        parser.add_argument("gone", help="a confirmed address of the account that is closed")
        parser.add_argument("--reason", required=True, help="how you know that both are one person; it is kept")
        parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")

    def handle(self, *args: Any, **options: Any) -> None:
        kept, gone = (_person(options[name]) for name in ("kept", "gone"))
        seen = preview(kept=kept, gone=gone)
        if seen.refusals:
            raise CommandError("\n".join(seen.refusals))
        self.stdout.write(f"To {kept.name}: {', '.join(seen.moves) or 'nothing'}.")
        if not options["yes"]:
            self.stdout.write("Nothing was done. Add --yes to do it.")
            return
        try:
            merge_accounts(kept=kept, gone=gone, by=None, reason=options["reason"])
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write("Done. Both addresses are told.")


def _person(typed: str) -> User:
    rows = EmailAddress.objects.filter(email=normalise_email(typed), verified=True).select_related("user")
    address = rows.first()
    if address is None:
        raise CommandError(f"There is no account with the confirmed address {typed}.")
    return address.user
