"""From arguments to an exit code: the one place that catches what a command raises.

Exit codes are API, and one table for all commands; docs/scripting.md has it.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Sequence

from biobank_tui.cli.desk import Desk, ReaderGone
from biobank_tui.cli.flags import Flags, hoist
from biobank_tui.rules.errors import BiobankError
from biobank_tui.words import set_language

INTERRUPTED = 130


def run(arguments: Sequence[str], open_app: Callable[[Desk], int]) -> int:
    """Run one command line; its exit code. open_app: opens the app on a desk's bank, and returns its exit code."""
    flags = hoist(arguments)
    set_language(_language(flags))
    _settle_streams()
    try:
        code = _run(Desk(flags, open_app))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (BrokenPipeError, ReaderGone):
        # Whoever read the output has seen enough; the interpreter's own flush at the end must not complain either.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except BiobankError as error:
        return _told(error, flags)
    except Exception as fault:
        from biobank_tui.cli.failing import recorded

        return _told(recorded(fault), flags)
    return code


def _settle_streams() -> None:
    """Pipes carry UTF-8 whatever the locale; a terminal that lacks a letter shows a stand-in instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _run(desk: Desk) -> int:
    # The app's first paint does not wait for the command parser.
    if not desk.flags.rest and "_BIOBANK_COMPLETE" not in os.environ:
        return desk.open_app(desk)
    from biobank_tui.cli.tree import root

    return root().run(desk)


def _told(error: BiobankError, flags: Flags) -> int:
    from biobank_tui.cli.failing import tell, tell_as_json

    (tell_as_json if flags.json else tell)(error)
    return error.exit_code


def _language(flags: Flags) -> str:
    from biobank_tui.settings import load, system_language

    try:
        return load(flags.values).settings.lang or system_language()
    except BiobankError:
        return system_language()
