"""Moments in time for readers in every time zone: how far away, then the instant in AoE, UTC and their own zone."""

from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone as django_timezone
from django.utils.safestring import SafeString, mark_safe

from workshops import instants

register = template.Library()

SOON = timedelta(hours=48)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def distance(length: timedelta) -> str:
    """The two largest units that matter: 2 days 4 hours, 34 days, 5 minutes. The sign is not looked at."""
    minutes = int(abs(length).total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days >= 365:
        parts = [(days // 365, "year"), (days % 365, "day")]
    elif days >= 14:
        parts = [(days, "day")]
    elif days:
        parts = [(days, "day"), (hours, "hour")]
    else:
        parts = [(hours, "hour"), (minutes, "minute")]
    return " ".join(_count(number, unit) for number, unit in parts if number) or "less than a minute"


def relative(moment: datetime, now: datetime | None = None) -> str:
    """Such as "in 2 days 4 hours", "3 hours ago", "just now"."""
    length = moment - (now or django_timezone.now())
    if abs(length) < timedelta(minutes=1):
        return "just now" if length <= timedelta(0) else "in less than a minute"
    return f"in {distance(length)}" if length > timedelta(0) else f"{distance(length)} ago"


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@register.filter
def aoe(moment: datetime | None) -> str:
    """Such as "24 Nov 2026, 23:59 AoE"; empty for nothing."""
    return instants.aoe(_aware(moment)) if moment else ""


@register.filter
def utc(moment: datetime | None) -> str:
    """Such as "25 Nov 2026, 11:59 UTC"; empty for nothing."""
    return instants.utc(_aware(moment)) if moment else ""


@register.filter
def ago(moment: datetime | None) -> str:
    """How far away, before or after now; empty for nothing."""
    return relative(_aware(moment)) if moment else ""


@register.simple_tag
def instant(
    moment: datetime | None, style: str = "stacked", *, deadline: bool = False, now: datetime | None = None
) -> SafeString:
    """A `time` element.

    style: "stacked" (distance above the exact instants), "line" (both in one line) or "brief" (the distance alone, the
    instants in its title; for rows of a list). deadline: within 48 hours before it a clock and the colour of warning.
    Nothing for no moment. The reader's own zone is added by app.js.
    """
    if moment is None:
        return SafeString("")
    moment = _aware(moment)
    here = now or django_timezone.now()
    soon = deadline and timedelta(0) < moment - here <= SOON
    iso = moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    kind = f"instant instant-{style}{' instant-soon' if soon else ''}"
    far, there, plain = relative(moment, here), aoe(moment), utc(moment)
    # made of numbers and of our own words, so that nothing is to be escaped
    if style == "brief":
        return mark_safe(
            f'<time class="{kind}" datetime="{iso}" title="{there} · {plain}" data-instant>'
            f'<span class="instant-relative">{far}</span></time>'
        )
    opened, closed = ("(", ")") if style == "line" else ("", "")
    return mark_safe(
        f'<time class="{kind}" datetime="{iso}" data-instant><span class="instant-relative">{far}</span> '
        f'<span class="instant-exact">{opened}<span>{there}</span> <span>{plain}</span>{closed}</span></time>'
    )
