"""When a donor comes of age, as far as the year and month of birth tell; the day of birth is never known."""

from __future__ import annotations

from datetime import date

AGE = 18


def of_age_from(birth_year: int, birth_month: int | None, age: int = AGE) -> date:
    """The first day the donor may be of age: what a guardian answered holds up to the day before."""
    return date(birth_year + age, birth_month or 1, 1)
