"""Every command is in the manual, as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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


GUIDES = sorted(path for path in [*manual.MANUAL.parent.glob("*.md"), manual.MANUAL.parents[1] / "README.md"])


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_the_guides_name_only_commands_there_are(path: Path):
    said = re.findall(
        r"(?:^|`|\| |\$ )biobank ((?:--[a-z]+ \S+ )*)([a-z]+)(?: ([a-z]+))?", path.read_text("utf-8"), re.M
    )
    for _options, name, below in said:
        assert name in ENTRIES, name
        groups = getattr(load(name), "commands", {})
        assert not groups or not below or below in groups, f"{name} {below}"
