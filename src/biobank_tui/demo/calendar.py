"""Days and moments as text, made fast, and the clock that a bank's past is written by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

MINUTES = 1440
CLOCK = tuple(f"T{hour:02}:{minute:02}Z" for hour in range(24) for minute in range(60))


class Days:
    """Days counted from a first one, each made into text once."""

    def __init__(self, first: date, last: date) -> None:
        self.first = first
        self.texts = tuple((first + timedelta(days=k)).isoformat() for k in range((last - first).days + 1))

    def number(self, day: date) -> int:
        return (day - self.first).days

    def moment(self, minutes: int) -> str:
        """The moment so many minutes after the first day began."""
        day, minute = divmod(minutes, MINUTES)
        return self.texts[day] + CLOCK[minute]


class MovingClock:
    """A clock that is set and moved by hand; a bank built with it has a past."""

    def __init__(self, day: date) -> None:
        self.now = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)

    def __call__(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def turn_to(self, day: date, minute: int = 480) -> None:
        """Go to a day and minute; never backwards."""
        self.now = max(self.now, datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute))

    def pass_minutes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)
