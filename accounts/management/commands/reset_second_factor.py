"""Take the second factor away from somebody who has lost it."""

from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.addresses import normalise_email
from accounts.services.second_factor import reset_second_factor
from audit.errors import Refused


class Command(BaseCommand):
    help = "Remove a person's passkeys, authenticator app and recovery codes. Ends their sessions and tells them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="a confirmed address of the person")
        parser.add_argument("--reason", required=True, help="how you know that it is them; it is kept")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = EmailAddress.objects.select_related("user").filter(verified=True)
        address = rows.filter(email=normalise_email(options["address"])).first()
        if address is None:
            raise CommandError("There is no account with this confirmed address.")
        try:
            count = reset_second_factor(user=address.user, by=None, reason=options["reason"])
        except Refused as refused:
            raise CommandError(refused.sentence) from None
        self.stdout.write(f"Removed {count}. {address.user.name} was told, and signs in with a code by mail.")
