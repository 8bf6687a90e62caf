"""The demo workshop of ``make run``."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.errors import Refused
from rehearsal.demo import SLUG, build_demo, table
from rehearsal.season import RehearsalError
from workshops.models import Workshop


class Command(BaseCommand):
    help = "Make the demo workshop when the site has no workshop yet, and print its sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--table", action="store_true", help="only print the sign-ins")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["table"] and not Workshop.objects.exists():
            try:
                build_demo()
            except RehearsalError as error:
                raise CommandError(f"The demo could not be made: {error}") from None
            except Refused as refusal:
                raise CommandError(f"The demo could not be made: {refusal.sentence}") from None
        if Workshop.objects.filter(slug=SLUG, is_rehearsal=True).exists():
            self.stdout.write(table(settings.SITE_URL))
