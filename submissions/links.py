"""What higher floors hang on a paper. They fill these registries in ``AppConfig.ready()``.

``on_withdrawn(fn)`` and ``on_restored(fn)`` are called as ``fn(submission, by)`` in the transaction that withdraws (or
desk-rejects) the paper or takes that back. ``on_foretelling_withdrawal(fn)`` says beforehand, in sentences for its
authors, what that would mean: ``fn(submission)``. ``on_conflicts_arose(fn)`` is called as ``fn(submission, people,
by)`` when a change of the list of authors gives these people (their keys) a conflict with the paper.
``on_organizers_barred(fn)`` is called as ``fn(submission, people, by)`` when organizers or whoever handles the paper
come to have a conflict with it. ``on_area_chairs(fn)`` says who chairs papers: ``fn(papers)`` takes their keys and
returns {paper: person} of those that have an area chair, in one query.
``on_author_page(fn)`` adds a part to the author's page: ``fn(viewer, submission)`` returns a Section, made of plain
data, or None when there is nothing to show. It costs a fixed number of queries.
``on_transfer(fn)`` may say why papers cannot change their track:
``fn(papers)`` returns a sentence for each that cannot, by its key, in a fixed number of queries.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from access.viewer import Viewer
from submissions.models import Submission

Hook = Callable[[Submission, Any], None]


@dataclass(frozen=True)
class Section:
    """A part of the author's page: which template, with which plain data (never a model).

    ``ends``: it says how the paper ended, so that how far it is says nothing any more.
    """

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    ends: bool = False


SectionMaker = Callable[[Viewer, Submission], Section | None]

_CONFLICTS_AROSE: list[Callable[[Submission, set[int], Any], None]] = []
_ORGANIZERS_BARRED: list[Callable[[Submission, set[int], Any], None]] = []
_AREA_CHAIRS: list[Callable[[Collection[int]], Mapping[int, int]]] = []
_FORETELLERS: list[Callable[[Submission], list[str]]] = []
Obstacle = Callable[[Sequence[Submission]], Mapping[int, str]]

_WITHDRAWN: list[Hook] = []
_RESTORED: list[Hook] = []
_SECTIONS: list[SectionMaker] = []
_OBSTACLES: list[Obstacle] = []


def on_withdrawn(hook: Hook) -> None:
    _WITHDRAWN.append(hook)


def on_restored(hook: Hook) -> None:
    _RESTORED.append(hook)


def on_conflicts_arose(hook: Callable[[Submission, set[int], Any], None]) -> None:
    _CONFLICTS_AROSE.append(hook)


def on_organizers_barred(hook: Callable[[Submission, set[int], Any], None]) -> None:
    _ORGANIZERS_BARRED.append(hook)


def on_area_chairs(reader: Callable[[Collection[int]], Mapping[int, int]]) -> None:
    _AREA_CHAIRS.append(reader)


def on_foretelling_withdrawal(teller: Callable[[Submission], list[str]]) -> None:
    _FORETELLERS.append(teller)


def on_author_page(maker: SectionMaker) -> None:
    _SECTIONS.append(maker)


def on_transfer(obstacle: Obstacle) -> None:
    _OBSTACLES.append(obstacle)


def transfer_obstacles(papers: Sequence[Submission]) -> dict[int, str]:
    """Why these papers cannot change their track; the others are not in it."""
    found: dict[int, str] = {}
    for obstacle in _OBSTACLES:
        found |= obstacle(papers)
    return found


def withdrawn(submission: Submission, by: Any) -> None:
    for hook in _WITHDRAWN:
        hook(submission, by)


def restored(submission: Submission, by: Any) -> None:
    for hook in _RESTORED:
        hook(submission, by)


def conflicts_arose(submission: Submission, people: set[int], by: Any) -> None:
    for hook in _CONFLICTS_AROSE:
        hook(submission, people, by)


def organizers_barred(submission: Submission, people: set[int], by: Any) -> None:
    for hook in _ORGANIZERS_BARRED:
        hook(submission, people, by)


def area_chairs(papers: Collection[int]) -> dict[int, int]:
    """Who is area chair of these papers, by the paper's key."""
    return {paper: person for reader in _AREA_CHAIRS for paper, person in reader(papers).items()}


def foretold(submission: Submission) -> list[str]:
    """What withdrawing the paper would mean on higher floors, in sentences for its authors."""
    return [sentence for teller in _FORETELLERS for sentence in teller(submission)]


def sections(viewer: Viewer, submission: Submission) -> list[Section]:
    made = (maker(viewer, submission) for maker in _SECTIONS)
    return [section for section in made if section is not None]
