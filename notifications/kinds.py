"""The registry of kinds of message. Each app registers its own in ``AppConfig.ready()`` (see its ``emails.py``)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from notifications.states import Priority


@dataclass(frozen=True)
class Kind:
    """One kind of message.

    ``values``: the fixed list of what its template may use, with a sample each; a template that names anything else
    is refused when it is saved. A value may be text, a list of texts or a list of flat dicts.
    ``secret``: the body holds a code or a link; it is wiped as soon as it is sent, and never shown to organizers.
    ``resend_in_doubt``: a message that may come twice (a reminder) is sent again under the same Message-ID when in
    doubt; everything else waits for a person.
    ``reminds``: asks for what is missing; nobody gets two of these in a day, whatever their kinds (see
    ``MessageQuerySet.reminders``).
    ``essential``: cannot be unsubscribed from.
    ``typed``: bulk mail of this kind is confirmed by typing its number, however few it goes to (a release).
    ``site_only``: its words are the site's; a workshop does not edit them.
    """

    name: str
    label: str
    values: dict[str, Any]
    priority: Priority = Priority.NORMAL
    secret: bool = False
    resend_in_doubt: bool = False
    reminds: bool = False
    essential: bool = True
    bulk: bool = False
    typed: bool = False
    site_only: bool = False


@dataclass
class Hooks:
    """What a higher floor wants to do when a batch of its kind ends its hold, is cancelled, or is stopped while it
    leaves, in that transaction."""

    on_release: list[Callable[[Any], None]] = field(default_factory=list)
    on_cancel: list[Callable[[Any], None]] = field(default_factory=list)
    on_stop: list[Callable[[Any], None]] = field(default_factory=list)


_KINDS: dict[str, Kind] = {}
_HOOKS: dict[str, Hooks] = {}
_REHEARSALS: list[Callable[[str, int], bool]] = []


def register(kinds: Iterable[Kind]) -> None:
    for kind in kinds:
        _KINDS[kind.name] = kind


def reminders() -> list[str]:
    """The names of the kinds that remind somebody of something."""
    return [kind.name for kind in _KINDS.values() if kind.reminds]


def kind_of(name: str) -> Kind:
    """The kind of this name. Raises KeyError."""
    return _KINDS[name]


def all_kinds() -> list[Kind]:
    return sorted(_KINDS.values(), key=lambda kind: kind.label)


def on_batch(
    kind: str,
    *,
    release: Callable[[Any], None] | None = None,
    cancel: Callable[[Any], None] | None = None,
    stop: Callable[[Any], None] | None = None,
) -> None:
    """Have ``release(batch)``, ``cancel(batch)`` or ``stop(batch)`` called in the transaction that ends the hold,
    cancels the batch, or stops it: its mails that have not left are cancelled by then.
    """
    hooks = _HOOKS.setdefault(kind, Hooks())
    if release:
        hooks.on_release.append(release)
    if cancel:
        hooks.on_cancel.append(cancel)
    if stop:
        hooks.on_stop.append(stop)


def hooks_of(kind: str) -> Hooks:
    return _HOOKS.get(kind, Hooks())


def rehearsals(answer: Callable[[str, int], bool]) -> None:
    """Register the function that knows whether a root (type, id) belongs to a rehearsal: its mail stays here."""
    _REHEARSALS.append(answer)


def is_rehearsal(root_type: str, root_id: int) -> bool:
    return any(answer(root_type, root_id) for answer in _REHEARSALS)
