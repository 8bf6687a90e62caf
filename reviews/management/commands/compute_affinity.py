"""Affinities between the papers and the archives of files."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.affinity.files import BadFile, read_named, score, write_scores
from reviews.states import AffinityMethod

MISSING = (
    "The sentence model is not installed here (missing: {}). Install it with “make install-semantic”, or use --method "
    "tfidf."
)


class Command(BaseCommand):
    help = (
        "Compare papers with what reviewers have written, and write paper,reviewer,score as CSV. Needs no database. "
        'PAPERS.jsonl has a line {"id", "title", "abstract"} for each paper, DIR a file REVIEWER.jsonl of such lines '
        "for each reviewer."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--papers", type=Path, required=True, metavar="PAPERS.jsonl")
        parser.add_argument("--archives", type=Path, required=True, metavar="DIR")
        parser.add_argument("--output", type=Path, required=True, metavar="SCORES.csv")
        parser.add_argument(
            "--method",
            choices=[AffinityMethod.TFIDF.value, AffinityMethod.SEMANTIC.value],
            default=AffinityMethod.TFIDF.value,
            help="tfidf (the default): words in common; semantic: a sentence model, where it is installed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        try:
            named = read_named(options["papers"], options["archives"])
            values = score(named, options["method"], self._tell)
            lines = write_scores(options["output"], named, values)
        except BadFile as bad:
            raise CommandError(str(bad)) from None
        except ModuleNotFoundError as missing:
            raise CommandError(MISSING.format(missing.name or missing)) from None
        seconds = time.monotonic() - begun
        self.stderr.write(
            f"{len(named.papers)} papers, {len(named.reviewers)} reviewers, {len(named.shelf.documents)} documents: "
            f"{lines} scores in {seconds:.1f} s."
        )
        silent = [name for name, mine in zip(named.reviewers, named.shelf.reviewers, strict=True) if not mine]
        if silent:
            shown = ", ".join(silent[:10]) + (" …" if len(silent) > 10 else "")
            self.stderr.write(f"Nothing is known of {len(silent)} reviewers, who have no score: {shown}.")

    def _tell(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done} of {total} texts read", ending="\n" if done == total else "")
