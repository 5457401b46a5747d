"""What a served app gets from its server: a small environment, and its end."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping

SERVED_BY = "BIOBANK_SERVED_BY"
"""The server's process number, in a served app's environment."""

KEPT = frozenset({"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV", "SYSTEMROOT"})
KEPT_FAMILIES = ("LC_", "XDG_", "PYTHON", "BIOBANK_")
NEVER = frozenset({"BIOBANK_PASSWORD"})
LOOK_EVERY = 2.0
"""Seconds between looks at whether the server is still there."""


def environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """Of what the server inherited, what an app needs."""
    kept = {
        name: value
        for name, value in inherited.items()
        if (name in KEPT or name.startswith(KEPT_FAMILIES)) and name not in NEVER
    }
    return kept | {SERVED_BY: str(os.getpid())}


def leave_with(server: int) -> None:
    """End this process when its server has gone, however that ended; looks from a thread of its own."""

    def look() -> None:
        while os.getppid() == server:
            time.sleep(LOOK_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=look, name="server-watch", daemon=True).start()
