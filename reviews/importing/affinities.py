"""Affinities from a table: paper, the reviewer's address, and a score from 0 to 1."""

from accounts.bibtex.text import one_line, shortened
from reviews.importing.records import Read, ScoreRow
from reviews.importing.tables import Line, address_in, left_out_columns, paper_in, read_table
from submissions.importing.records import Problem, error

COLUMNS = {
    "paper": "paper",
    "number": "paper",
    "submission": "paper",
    "reviewer": "email",
    "email": "email",
    "e-mail": "email",
    "score": "score",
    "affinity": "score",
}
MOST_SCORES = 100_000


def read_affinities(content: bytes, name: str) -> Read[ScoreRow]:
    """Each pair once; the other rows are problems."""
    table = read_table(content, name, COLUMNS, ("paper", "email", "score"), most=MOST_SCORES)
    problems = [*table.problems, *left_out_columns(table)]
    pairs: dict[tuple[int, str], ScoreRow] = {}
    for line in table.lines:
        row = _row(line, problems)
        if row is None:
            continue
        first = pairs.setdefault((row.paper, row.email.casefold()), row)
        if first is not row:
            what = f"Paper {row.paper} and {row.email} have a score on line {first.line} already."
            problems.append(error(line.where, line.number, what, "Remove one of the two rows."))
    return Read(tuple(pairs.values()), tuple(problems))


def _row(line: Line, problems: list[Problem]) -> ScoreRow | None:
    paper, address = paper_in(line, problems), address_in(line, problems)
    score = _score(line, problems)
    return None if paper is None or not address or score is None else ScoreRow(line.number, paper, address, score)


def _score(line: Line, problems: list[Problem]) -> float | None:
    written = one_line(line.get("score"))
    try:
        score = float(written)
    except ValueError:
        score = -1.0
    if 0 <= score <= 1:
        return score
    what = f"“{shortened(written, 30)}” is no score." if written else "The row has no score."
    problems.append(error(line.where, line.number, what, "Write a number from 0 to 1, such as 0.83."))
    return None
