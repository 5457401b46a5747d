"""When a donor comes of age, as far as the year and month of birth tell; the day of birth is never known."""

from __future__ import annotations

from datetime import date

from biobank_tui.rules.phrases import mark

AGE = 18
OF_AGE = mark("The donor has come of age and has not decided yet.")
"""The reason of the hold that waits for the donor's own word; it is known by this."""


def of_age_from(birth_year: int, birth_month: int | None, age: int = AGE) -> date:
    """The first day the donor may be of age: what a guardian answered holds up to the day before."""
    return date(birth_year + age, birth_month or 1, 1)
