"""Which papers look like one: pure functions over words. Texts are folded and cut into runs of three words."""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audit.text import fold

RUN = 3
COMMON = 30
"""A run of words that more papers share than this says nothing about two of them ("in this paper we")."""
TITLES_FROM, ABSTRACTS_FROM = 75, 40
"""From which percentage two titles, or two abstracts, look like one."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Words:
    """A paper as it is compared. ``authors`` are what identifies them: keys of accounts or addresses."""

    pk: int
    title: frozenset[str]
    abstract: frozenset[int]
    authors: frozenset[str]
    files: frozenset[str]


@dataclass(frozen=True)
class Alike:
    """What two papers share; ``title`` and ``abstract`` in percent."""

    same_file: bool = False
    title: int = 0
    abstract: int = 0
    same_authors: bool = False

    @property
    def is_striking(self) -> bool:
        """The same authors alone are nothing: many have two papers."""
        near = self.title >= TITLES_FROM or self.abstract >= ABSTRACTS_FROM
        return self.same_file or near


def words_of(pk: int, title: str, abstract: str, authors: Iterable[str], files: Iterable[str]) -> Words:
    tokens = _WORD.findall(fold(abstract))
    runs = (" ".join(tokens[place : place + RUN]) for place in range(max(len(tokens) - RUN + 1, 0)))
    shingles = frozenset(zlib.crc32(run.encode()) for run in runs)
    return Words(pk, frozenset(_WORD.findall(fold(title))), shingles, frozenset(authors), frozenset(files))


def pairs(papers: list[Words], changed: set[int]) -> dict[tuple[int, int], Alike]:
    """The striking pairs in which one of ``changed`` takes part, by their keys, the smaller first.

    Only papers that share a file, a rare run of words or most of a title are looked at: the work grows with what is
    shared, not with the square of the papers.
    """
    by_pk = {paper.pk: paper for paper in papers}
    found: dict[tuple[int, int], Alike] = {}
    for pk, others in _candidates(papers, changed).items():
        for other in others:
            key = (min(pk, other), max(pk, other))
            if key not in found and (alike := _alike(by_pk[pk], by_pk[other])).is_striking:
                found[key] = alike
    return found


def _candidates(papers: list[Words], changed: set[int]) -> dict[int, set[int]]:
    files, runs, titles = _index(papers, "files"), _index(papers, "abstract"), _index(papers, "title")
    whole_titles: dict[frozenset[str], list[int]] = defaultdict(list)
    for paper in papers:
        whole_titles[paper.title].append(paper.pk)
    found: dict[int, set[int]] = {}
    for paper in papers:
        if paper.pk not in changed:
            continue
        near: set[int] = set()
        for sha256 in paper.files:
            near.update(files[sha256])
        shared: Counter[int] = Counter()
        for run in paper.abstract:
            if len(runs[run]) <= COMMON:
                shared.update(runs[run])
        near.update(pk for pk, number in shared.items() if number >= len(paper.abstract) // 8)
        rare = [word for word in paper.title if len(titles[word]) <= COMMON]
        in_title = Counter(pk for word in rare for pk in titles[word])
        near.update(pk for pk, number in in_title.items() if number * 2 >= len(rare))
        near.update(whole_titles[paper.title] if paper.title else ())
        found[paper.pk] = near - {paper.pk}
    return found


def _index(papers: list[Words], name: str) -> Mapping[object, list[int]]:
    index: dict[object, list[int]] = defaultdict(list)
    for paper in papers:
        for part in getattr(paper, name):
            index[part].append(paper.pk)
    return index


def _alike(a: Words, b: Words) -> Alike:
    return Alike(
        same_file=bool(a.files & b.files),
        title=_percent(a.title, b.title),
        abstract=_percent(a.abstract, b.abstract),
        same_authors=bool(a.authors) and a.authors == b.authors,
    )


def _percent(a: frozenset, b: frozenset) -> int:
    return round(100 * len(a & b) / len(a | b)) if a and b else 0
