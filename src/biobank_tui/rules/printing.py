"""The states of a print job and of each of its labels."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """A job waits, is being printed, has stopped before its end, is done, or was given up."""

    WAITING = "waiting"
    PRINTING = "printing"
    STOPPED = "stopped"
    DONE = "done"
    CANCELLED = "cancelled"


class LabelState(StrEnum):
    """What is known of one label.

    sent: on its way to the printer. doubtful: the printer went away while it had it; it may have come out.
    refused: its donor withdrew while it waited.
    """

    WAITING = "waiting"
    SENT = "sent"
    PRINTED = "printed"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"
    CANCELLED = "cancelled"


OPEN_JOBS = (JobState.WAITING, JobState.PRINTING, JobState.STOPPED)
PERHAPS_OUT = (LabelState.SENT, LabelState.PRINTED, LabelState.DOUBTFUL, LabelState.WAITING)
"""States of a label that has come out, may have, or will: another one of the same tube needs a reason."""


class Doubt(StrEnum):
    """What somebody who looked at the printer says of doubtful labels."""

    PRINTED = "printed"
    AGAIN = "again"
