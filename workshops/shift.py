"""The dates of one edition carried over to the next: the same weekday and the same hour in AoE, whole weeks later."""

from datetime import date, datetime, timedelta

A_WEEK = timedelta(weeks=1)


def weeks_between(*, years: tuple[int, int], starts: tuple[date | None, date | None] = (None, None)) -> int:
    """How many weeks lie between two editions: between their first days where both are known, else between their years.

    All dates of a season move by the same number of weeks, so that their order and the time between them stay.
    """
    old, new = starts
    if old is None or new is None:
        old, new = (date(year, 7, 1) for year in years)
    return round((new - old) / A_WEEK)


def shifted(moment: datetime, weeks: int) -> datetime:
    """AoE knows no summer time, so what was 23:59 there is 23:59 again, and a Friday a Friday."""
    return moment + weeks * A_WEEK


def shifted_day(day: date, weeks: int) -> date:
    return day + weeks * A_WEEK
