"""The small parts that every page is made of (docs/contributing/components.md). None of them asks the database."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from workshops import prose as prose_module

register = template.Library()

TONE_ICONS = {
    "neutral": "circle",
    "accent": "circle-dot",
    "good": "circle-check",
    "warn": "triangle-alert",
    "bad": "circle-x",
    "info": "info",
}
# Words of Django's message levels and of callers, as one of the tones above.
TONES = {"success": "good", "warning": "warn", "error": "bad", "danger": "bad", "debug": "info", "": "neutral"}

SILENT = mark_safe('aria-hidden="true" focusable="false"')
STEP, RADIUS, GROUND = 8, 2.75, 21


def _tone(name: str) -> str:
    name = TONES.get(name, name)
    return name if name in TONE_ICONS else "neutral"


@register.simple_tag
@lru_cache(maxsize=500, typed=True)
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """A drawing from icons.svg; silent for screen readers unless it has a label. `extra` is a class such as icon-lg."""
    return _drawing(name, extra, format_html('role="img" aria-label="{}"', label) if label else SILENT)


@lru_cache(maxsize=500, typed=True)
def _drawing(name: str, extra: str = "", said: SafeString = SILENT) -> SafeString:
    kind = f"icon {extra}" if extra else "icon"
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', kind, said, static("icons.svg"), name)


@register.simple_tag
@lru_cache(maxsize=2000, typed=True)  # words that are safe as they are, and the same words that are not, are two
def status(name: str, words: str, tone: str = "neutral", icon: str = "", soft: bool = False) -> SafeString:
    """A state as icon, word and colour; `name` is the state's code, for styles and tests, never shown."""
    tone = _tone(tone)
    return format_html(
        '<span class="status status-{}{}" data-state="{}">{}{}</span>',
        tone,
        " status-soft" if soft else "",
        name,
        _drawing(icon or TONE_ICONS[tone]),
        words,
    )


@register.filter
def tone(words: str) -> str:
    """A message's tags, or any word for a state, as one of the tones: neutral, accent, good, warn, bad, info."""
    return next((_tone(word) for word in (words or "").split() if _tone(word) != "neutral"), "neutral")


@register.filter
def tone_icon(name: str) -> str:
    """The icon that goes with a tone."""
    return TONE_ICONS[_tone(name)]


@register.filter
def prose(text: str | None) -> SafeString:
    """Markdown with $formulas$ as safe HTML; put it inside an element of class "prose"."""
    return prose_module.prose(text)


@register.simple_tag
def answers(given: Iterable[Any], *, top: bool = False) -> SafeString:
    """What was answered (``question``, ``value``, ``is_text``), drawn in one go: a paper has dozens of answers.

    ``top``: it stands below the heading of a section, not below that of a review.
    """
    heading = "h3" if top else "h4"
    return mark_safe("\n".join(_answer(one, heading) for one in given))  # of parts that are safe


def _answer(given: Any, heading: str) -> str:
    question = _escaped(given.question)
    if given.is_text:
        return f'<{heading}>{question}</{heading}>\n<div class="prose prose-small">{prose(given.value)}</div>'
    return f'<p class="answer"><span class="muted">{question}</span> {_escaped(given.value)}</p>'


@register.simple_tag
def field_words(field: Any) -> SafeString:
    """What stands above a field, drawn in one go: its name (but beside a box to tick), the help, who will read it."""
    parts, at = [], _escaped(field.auto_id)
    if field.label and (field.use_fieldset or field.widget_type != "checkbox"):
        optional = ' <span class="optional">optional</span>' if field.is_optional else ""
        name = f"{_escaped(field.label)}{optional}"
        parts.append(
            f'<legend class="form-label">{name}</legend>'
            if field.use_fieldset
            else f'<label class="form-label" for="{_escaped(field.id_for_label)}">{name}</label>'
        )
    if field.help_text:
        parts.append(f'<div class="help"{_id(at, "helptext")}>{_escaped(field.help_text)}</div>')
    if field.readers:
        said = f"{_drawing('eye')}<span>{_escaped(field.readers)}</span>"
        parts.append(f'<p class="readers"{_id(at, "readers")}>{said}</p>')
    return mark_safe("\n".join(parts))  # of parts that are safe


def _id(at: str, part: str) -> str:
    return f' id="{at}_{part}"' if at else ""


@register.filter
def target_id(field: BoundField) -> str:
    """The id an error summary links to: the widget's, or the first of a group of radio buttons."""
    return field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")


@register.simple_tag
def progress(done: int, of: int, words: str = "") -> SafeString:
    """A bar with its words beside it: "30 of 40 done"."""
    words = words or f"{done} of {of} done"
    return format_html(
        '<span class="meter"><progress value="{}" max="{}" aria-label="{}"></progress>'
        '<span class="meter-words" aria-hidden="true">{}</span></span>',
        done,
        max(of, 1),
        words,
        words,
    )


@register.simple_tag
def dots(
    scores: Iterable[float | None], low: int = 1, high: int = 10, expected: int = 0, words: bool = False
) -> SafeString:
    """Every score as a dot on its scale, in place of an average that hides them; None is a review still missing.

    expected: how many reviews there will be (hollow dots for the others). words: show "3 4 4" beside the picture too.
    """
    return _dots(tuple(scores), low, high, expected, words)


@lru_cache(maxsize=2000)
def _dots(given: tuple[float | None, ...], low: int, high: int, expected: int, words: bool) -> SafeString:
    known = sorted(score for score in given if score is not None)
    missing = max(expected, len(given)) - len(known)
    text = _dots_text(known, missing, low, high)
    picture = _dots_picture(known, missing, low, high, text)
    if not words:
        return picture
    shown = " ".join(_number(score) for score in known) or "none yet"
    return format_html(
        '<span class="dots-line">{}<span class="dots-words" aria-hidden="true">{}</span></span>', picture, shown
    )


def _number(score: float) -> str:
    return f"{score:.1f}".removesuffix(".0")


def _dots_text(known: Sequence[float], missing: int, low: int, high: int) -> str:
    still = f", {missing} not in yet" if missing else ""
    if not known:
        return f"No scores{still}"
    mean = _number(round(sum(known) / len(known), 1))
    return f"Scores {', '.join(map(_number, known))} on a scale from {low} to {high}, mean {mean}{still}"


def _dots_picture(known: Sequence[float], missing: int, low: int, high: int, text: str) -> SafeString:
    columns = high - low + 1
    counts = Counter(min(max(round(score), low), high) for score in known)
    rise = min(6.5, (GROUND - 7) / max(max(counts.values(), default=1) - 1, 1))
    width = columns * STEP
    circles = [
        ((value - low + 0.5) * STEP, round(GROUND - 4 - level * rise, 1), "dots-score")
        for value, count in counts.items()
        for level in range(count)
    ]
    circles += [(width + 4 + (place + 0.5) * STEP, GROUND - 4, "dots-missing") for place in range(min(missing, 5))]
    full = width + (4 + min(missing, 5) * STEP if missing else 0)
    return format_html(
        '<svg class="dots" width="{0}" height="22" viewBox="0 0 {0} 22" role="img" aria-label="{1}">'
        '<line x1="0" y1="21.5" x2="{2}" y2="21.5"/>{3}</svg>',
        full,
        text,
        width,
        format_html_join("", f'<circle cx="{{}}" cy="{{}}" r="{RADIUS}" class="{{}}"/>', circles),
    )


@register.simple_tag
def readers(*who: str) -> SafeString:
    """The line that says who will read this: {% readers "reviewers of this paper" "the area chair" %}."""
    names = [name for name in who if name]
    if not names:
        return SafeString("")
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return format_html('<p class="readers">{}<span>Read by: {}</span></p>', _drawing("eye"), listed)


@register.simple_tag
def options(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """The options of a select, from its widget's ``optgroups``: hundreds of people are drawn in one go."""
    parts = []
    for name, members, _ in groups:
        inner = mark_safe("".join(_option(option) for option in members))
        parts.append(format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, inner) if name else inner)
    return mark_safe("".join(parts))  # of parts that are safe


def _option(option: dict[str, Any]) -> str:
    value, label = _escaped(option["value"]), _escaped(option["label"])
    return f'\n  <option value="{value}"{_attributes(option["attrs"])}>{label}</option>'


@register.simple_tag
def checks(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """The radio buttons or boxes of a widget, from its ``optgroups``."""
    parts = []
    for name, members, _ in groups:
        inner = mark_safe("".join(_check(option) for option in members))
        group = '\n  <div role="group" aria-label="{0}"><p class="muted small">{0}</p>{1}\n  </div>'
        parts.append(format_html(group, name, inner) if name else inner)
    return mark_safe("".join(parts))  # of parts that are safe


def _check(option: dict[str, Any]) -> str:
    words = _escaped(option["label"])
    label = f'<label class="form-check-label" for="{_escaped(option["attrs"].get("id", ""))}">{words}</label>'
    return f'\n  <div class="form-check">{_input(option)}{label}</div>'


@register.simple_tag
def scale(options: Iterable[dict[str, Any]]) -> SafeString:
    """The radio buttons of a ScaleWidget."""
    return mark_safe("".join(_on_scale(option) for option in options))  # of parts that are safe


def _on_scale(option: dict[str, Any]) -> str:
    number = f'<span class="scale-value">{_escaped(option["number"])}</span>' if option["number"] else ""
    words = f'<span class="scale-words">{_escaped(option["words"])}</span>'
    return f'\n  <label class="scale-option">{_input(option)}{number}{words}</label>'


def _input(option: dict[str, Any]) -> str:
    kind, name, value = (_escaped(option[part]) for part in ("type", "name", "value"))
    rest = {key: said for key, said in option["attrs"].items() if key != "class"}
    return f'<input type="{kind}" name="{name}" value="{value}" class="form-check-input"{_attributes(rest)}>'


def _escaped(value: object) -> str:
    """What Django's conditional_escape gives, without its detour by lazy texts: a page has hundreds of options."""
    return str(value) if hasattr(value, "__html__") else escape(str(value))


@register.simple_tag
def attributes(given: dict[str, Any]) -> SafeString:
    """The attributes of a widget, but its class, which its template joins with others."""
    return _attributes({name: value for name, value in given.items() if name != "class"})


def _attributes(given: dict[str, Any]) -> SafeString:
    said = [
        f" {_escaped(name)}" + ("" if value is True else f'="{_escaped(value)}"')
        for name, value in given.items()
        if value is not False
    ]
    return mark_safe("".join(said))  # each part is escaped


@register.filter
def pairs(items: Any) -> list[tuple[Any, Any]]:
    """A dict, or a list of pairs, as a list of pairs (for components/definitions.html)."""
    return list(items.items()) if hasattr(items, "items") else list(items or [])


@register.filter
def tex(line: str | None) -> SafeString:
    """A title with its `$formulas$`: {{ paper.title|tex }}."""
    return prose_module.formulas(line)
