"""Moments in time as people write and read them: stored in UTC, shown as AoE (anywhere on Earth, UTC−12)."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

AOE = timezone(timedelta(hours=-12), "AoE")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WRITTEN = re.compile(r"(\d{1,2})\s+([A-Za-z]{3})[a-z]*\.?\s+(\d{4})(?:,?\s+(\d{1,2}:\d{2}))?")


def written(moment: datetime, zone: timezone) -> str:
    """Such as "24 Nov 2026, 23:59"."""
    there = moment.astimezone(zone)
    return f"{there.day} {MONTHS[there.month - 1]} {there.year}, {there.hour:02}:{there.minute:02}"


def aoe(moment: datetime) -> str:
    """Such as "24 Nov 2026, 23:59 AoE"."""
    return f"{written(moment, AOE)} AoE"


def utc(moment: datetime) -> str:
    """Such as "25 Nov 2026, 11:59 UTC"."""
    return f"{written(moment, UTC)} UTC"


def both(moment: datetime) -> str:
    """Such as "24 Nov 2026, 23:59 AoE (25 Nov 2026, 11:59 UTC)"."""
    return f"{aoe(moment)} ({utc(moment)})"


def aoe_end_of_day(day: date) -> datetime:
    """The last second of this day anywhere on Earth, in UTC; shown as 23:59 AoE."""
    return datetime.combine(day, time(23, 59, 59), AOE).astimezone(UTC)


def parse_aoe(text: str) -> datetime:
    """An instant in UTC from "2026-11-24T23:59", "2026-11-24 23:59" or "24 Nov 2026, 23:59", with or without "AoE".

    A day alone means its end. A minute 59 means the end of that minute, so that what is shown as 23:59 is not over at
    its first second. Raises ValueError for anything else.
    """
    plain = re.sub(r"\s*AoE$", "", text.strip(), flags=re.IGNORECASE)
    moment = _iso(_as_iso(plain))
    if moment.tzinfo is not None:
        raise ValueError(f"{text!r} names another time zone")
    if moment.minute == 59 and moment.second == 0:
        moment = moment.replace(second=59)
    return moment.replace(tzinfo=AOE).astimezone(UTC)


def input_value(moment: datetime) -> str:
    """What a datetime-local input shows for this moment: its wall clock in AoE."""
    return f"{moment.astimezone(AOE):%Y-%m-%dT%H:%M}"


def _as_iso(text: str) -> str:
    found = _WRITTEN.fullmatch(text)
    if not found:
        return text
    day, month, year, clock = found.groups()
    name = month.title()
    if name not in MONTHS:
        raise ValueError(f"{month!r} is not a month")
    return f"{year}-{MONTHS.index(name) + 1:02}-{int(day):02}" + (f"T{clock.zfill(5)}" if clock else "")


def _iso(text: str) -> datetime:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59))
    return datetime.fromisoformat(text)
