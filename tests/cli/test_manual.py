"""Every command is in the manual, as it is."""

from __future__ import annotations

from biobank_tui.cli import manual
from biobank_tui.cli.tree import ENTRIES, load


def test_the_manual_says_what_the_commands_say():
    written = manual.MANUAL.read_text(encoding="utf-8")
    assert written == manual.text(), "run: python -m biobank_tui.cli.manual"


def test_every_command_stands_in_the_manual():
    written = manual.MANUAL.read_text(encoding="utf-8")
    for name in ENTRIES:
        assert f"### biobank {name}\n" in written
        for below in getattr(load(name), "commands", {}):
            assert f"#### biobank {name} {below}\n" in written
