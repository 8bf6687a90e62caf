"""The time left until a moment, which static/js/countdown.js keeps up to date."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

register = template.Library()

A_DAY = timedelta(days=1)


@register.inclusion_tag("workshops/_countdown.html")
def countdown(moment: datetime, over: str, now: datetime | None = None) -> dict[str, Any]:
    """Days, hours and minutes; in the last day hours, minutes and seconds. ``over`` is said once it has passed."""
    left = max(moment - (now or timezone.now()), timedelta(0))
    rest = left.seconds
    numbers = (("days", left.days), ("hours", rest // 3600), ("minutes", rest // 60 % 60), ("seconds", rest % 60))
    shown = {"days": left >= A_DAY, "seconds": left < A_DAY}
    return {
        "iso": moment.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "over": over,
        "parts": [
            {
                "unit": unit,
                "number": number,
                "word": unit.removesuffix("s") if number == 1 else unit,
                "hidden": not shown.get(unit, True),
            }
            for unit, number in numbers
        ],
    }
