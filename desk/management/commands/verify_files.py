"""Read every stored file and compare it with its name."""

from typing import Any

from django.core.management.base import BaseCommand

from submissions.verifying import verify_files


class Command(BaseCommand):
    help = "Read every stored file and compare it with its hash. Exits 1 and names what is missing or damaged."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify_files()
        for sha256 in verdict.missing:
            self.stderr.write(f"missing: {sha256}")
        for sha256 in verdict.damaged:
            self.stderr.write(f"damaged: {sha256}")
        for path in verdict.left_over:
            self.stdout.write(f"left over, and harmless: {path}")
        if not verdict.is_sound:
            self.stderr.write("Put these files back from a backup (docs/operating.md).")
            raise SystemExit(1)
        self.stdout.write(f"In order: {verdict.files} files, {verdict.size / 1e6:.1f} MB, every byte read.")
