"""Check the rules of the house on a live database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from desk.invariants import RULES, broken_banners, broken_files, violations


class Command(BaseCommand):
    help = "Check the rules of the house on the live database. Exits 1 and names each row that breaks one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--files", action="store_true", help="also read every stored file and compare its hash")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(violations())
        if options["files"]:
            found += [*broken_files(), *broken_banners()]
        for violation in found:
            self.stderr.write(f"{violation.rule}: {violation.what}")
        if found:
            raise SystemExit(1)
        files = " and every stored file" if options["files"] else ""
        self.stdout.write(f"In order: {len(RULES)} rules{files} checked.")
