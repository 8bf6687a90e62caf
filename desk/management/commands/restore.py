"""Bring a backup into an empty site."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.errors import Refused
from desk.services.backup import restore


class Command(BaseCommand):
    help = "Bring a backup into an empty site, then check the rules of the house and the hash of every file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        tell = self.stderr.write if options["verbosity"] > 1 else (lambda line: None)
        try:
            done = restore(source=options["file"], tell=tell)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{done.rows} rows and {done.files} files are back.")
        call_command("invariants", files=True, stdout=self.stdout, stderr=self.stderr)
