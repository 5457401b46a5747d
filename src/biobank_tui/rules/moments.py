"""Moments: ISO 8601 texts in UTC that stay as partial as they were recorded.

"2021", "2021-03", "2021-03-04", "2021-03-04T10:15Z", "2021-03-04T10:15:30Z". A date without a time is the day
on the wall where the sample was taken, so against a UTC time it may lie off by a time zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from biobank_tui.rules.errors import Refused

Order = Literal["iso", "dmy", "mdy"]

_TIME = (
    r"(?:[T\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>[Zz]|UTC|[+-]\d{2}(?::?\d{2})?)?)?"
)
_ISO = re.compile(r"(?P<year>\d{4})(?:[-/](?P<month>\d{1,2})(?:[-/](?P<day>\d{1,2})" + _TIME + r")?)?", re.ASCII)
_PACKED = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})", re.ASCII)
_LOCAL = re.compile(r"(?P<one>\d{1,2})[./-](?P<two>\d{1,2})[./-](?P<year>\d{2}|\d{4})" + _TIME, re.ASCII)
_MONTH = re.compile(r"(?P<month>\d{1,2})[./-](?P<year>\d{4})", re.ASCII)
_CANONICAL = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-([0-2]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{3})?)?Z)?)?)?",
    re.ASCII,
)
_EARLIEST, _LATEST = 1850, 2199
_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)

STEPS = ("collected", "received", "processed", "frozen")


@lru_cache(maxsize=65_536)
def parse_moment(text: str, zone: tzinfo | None = None, order: Order = "iso") -> str:
    """The canonical text of a date or time as files write it.

    zone is taken for times that name none. order says what 03/04/2021 means; under "iso" it is refused, as are
    two-digit years, and wall times that a change of clocks skipped or repeated.
    """
    written = text.strip()
    if _CANONICAL.fullmatch(written) and len(written) <= 7:
        return _partial(text, written)
    found = _ISO.fullmatch(written) or _PACKED.fullmatch(written)
    if found is None:
        found = _MONTH.fullmatch(written)
        if found is None:
            found = _LOCAL.fullmatch(written)
            if found is None:
                raise _no_moment(text)
            return _local(text, found, zone, order)
    parts = found.groupdict()
    if parts.get("day") is None:
        return _partial(text, "-".join(p.zfill(2) for p in (parts["year"], parts["month"]) if p))
    return _full(text, parts, int(parts["month"]), int(parts["day"]), zone)


def compare_partial(a: str, b: str) -> int | None:
    """-1 when a is surely before b, 1 when surely after, 0 when they say the same, None when nobody can tell."""
    if a == b:
        return 0
    a_timed, b_timed = len(a) > 10, len(b) > 10
    left, right = a.rstrip("Z"), b.rstrip("Z")
    shared = min(len(left), len(right))
    if left[:shared] == right[:shared]:
        return None
    if a_timed != b_timed:
        return _day_against_time(a, b) if b_timed else _reversed(_day_against_time(b, a))
    return -1 if left[:shared] < right[:shared] else 1


def check_order(
    collected: str | None = None,
    received: str | None = None,
    processed: str | None = None,
    frozen: str | None = None,
) -> None:
    """Refused when a later step is provably before an earlier one; what is unknown or partial passes."""
    known = [
        (step, moment) for step, moment in zip(STEPS, (collected, received, processed, frozen), strict=True) if moment
    ]
    for place, (earlier, first) in enumerate(known):
        for later, second in known[place + 1 :]:
            if compare_partial(first, second) == 1:
                raise Refused(
                    "times.order",
                    "{later} {second} is before {earlier} {first}; the order is collected, received, "
                    "processed, frozen.",
                    later=later,
                    second=second,
                    earlier=earlier,
                    first=first,
                )


def minutes_between(a: str | None, b: str | None) -> float | None:
    """Minutes from a to b, negative when b is first; None unless both have a time of day."""
    if a is None or b is None or len(a) <= 10 or len(b) <= 10:
        return None
    return (_instant(b) - _instant(a)).total_seconds() / 60


def span(moment: str) -> tuple[str, str]:
    """Half-open text bounds of all moments within a partial one: "2021" gives "2021" up to before "2022".

    They compare as text with stored moments, in SQL as in Python.
    """
    if len(moment) > 10:
        return moment.rstrip("Z"), moment.rstrip("Z") + "~"
    if len(moment) == 10:
        following = date.fromisoformat(moment) + timedelta(days=1)
        return moment, following.isoformat()
    if len(moment) == 7:
        year, month = int(moment[:4]), int(moment[5:])
        return moment, f"{year + month // 12:04}-{month % 12 + 1:02}"
    return moment, f"{int(moment) + 1:04}"


def show_local(moment: str, tz: tzinfo) -> str:
    """A moment on the wall clock of a zone, to the minute; a partial one as it is."""
    if len(moment) <= 10:
        return moment
    return _instant(moment).astimezone(tz).strftime("%Y-%m-%d %H:%M")


def now_utc() -> str:
    """This moment to the millisecond."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def today() -> date:
    """The day it is, in UTC."""
    return datetime.now(UTC).date()


def _no_moment(text: str) -> Refused:
    return Refused(
        "time.form",
        "{text} is no date; write 2021, 2021-03, 2021-03-04 or 2021-03-04T10:15+01:00.",
        text=text,
    )


def _partial(text: str, canonical: str) -> str:
    if not _CANONICAL.fullmatch(canonical):
        raise _no_moment(text)
    _check_year(text, int(canonical[:4]))
    return canonical


def _check_year(text: str, year: int) -> None:
    if not _EARLIEST <= year <= _LATEST:
        raise Refused(
            "time.year",
            "{text} lies outside the years {earliest} to {latest}.",
            text=text,
            earliest=_EARLIEST,
            latest=_LATEST,
        )


def _local(text: str, found: re.Match[str], zone: tzinfo | None, order: Order) -> str:
    if order == "iso":
        raise Refused(
            "time.ambiguous",
            "{text} may be read in two ways; say whether the day or the month stands first.",
            text=text,
        )
    if len(found["year"]) == 2:
        raise Refused("time.year_short", "{text} has a year of two digits; write all four.", text=text)
    day, month = (found["one"], found["two"]) if order == "dmy" else (found["two"], found["one"])
    return _full(text, found.groupdict(), int(month), int(day), zone)


def _full(text: str, parts: dict[str, str | None], month: int, day: int, zone: tzinfo | None) -> str:
    year = int(parts["year"] or 0)
    _check_year(text, year)
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (parts.get("half") or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            raise _no_moment(text)
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        wall = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone follows
    except ValueError:
        raise _no_moment(text) from None
    if parts.get("hour") is None:
        return wall.date().isoformat()
    moment = _in_utc(text, wall, parts.get("zone"), zone)
    fraction = (parts.get("fraction") or "").ljust(3, "0")[:3]
    form = "%Y-%m-%dT%H:%M" if parts.get("second") is None else "%Y-%m-%dT%H:%M:%S"
    return moment.strftime(form) + (f".{fraction}" if fraction.strip("0") else "") + "Z"


def _in_utc(text: str, wall: datetime, named: str | None, zone: tzinfo | None) -> datetime:
    if named:
        if named in ("Z", "z", "UTC"):
            return wall
        sign = 1 if named[0] == "+" else -1
        digits = named[1:].replace(":", "").ljust(4, "0")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if offset > _EAST:
            raise _no_moment(text)
        return wall - sign * offset
    if zone is None:
        raise Refused("time.no_zone", "{text} names no time zone; say which one the file was written in.", text=text)
    first = wall.replace(tzinfo=zone, fold=0)
    if first.utcoffset() != first.replace(fold=1).utcoffset():
        raise Refused(
            "time.clock_change",
            "{text} was skipped or came twice when the clocks changed; write it with its offset, as in +02:00.",
            text=text,
        )
    return first.astimezone(UTC).replace(tzinfo=None)


def _instant(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _day_against_time(day: str, time: str) -> int | None:
    """A day on some wall against an instant: sure only when no time zone could bring them together."""
    low, high = span(day)
    instant = _instant(time).replace(tzinfo=None)
    if instant < _midnight(low) - _EAST:
        return 1
    if instant >= _midnight(high) + _WEST:
        return -1
    return None


def _midnight(text: str) -> datetime:
    return datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)


def _reversed(sign: int | None) -> int | None:
    return None if sign is None else -sign
