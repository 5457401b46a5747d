"""The tree of commands: what there is, in which room it is written, and one line about each.

A room is imported only when one of its commands is run, so that `biobank --help` needs none of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup

from biobank_tui.cli.desk import Desk, ReaderGone
from biobank_tui.words import _, mark


@dataclass(frozen=True, slots=True)
class Entry:
    """One command or group. room: the module of biobank_tui.cli. about: the first line of its help."""

    name: str
    room: str
    about: str


SECTIONS: dict[str, tuple[Entry, ...]] = {
    mark("The bank"): (
        Entry("init", "keeping", mark("Create an empty bank.")),
        Entry("demo", "demonstrating", mark("Fill a bank with invented donors and samples, and open it.")),
        Entry("doctor", "keeping", mark("Show the settings in force, where each came from, and how the bank is.")),
        Entry("migrate", "keeping", mark("Bring a bank of an older version to this one.")),
        Entry("backup", "keeping", mark("Write a verified copy of the bank while others work in it.")),
        Entry("restore", "keeping", mark("Put a backup in the bank's place.")),
        Entry(
            "check",
            "keeping",
            mark("Compare the bank with its constraints, its counts, its ledger and its samples' index."),
        ),
        Entry(
            "index",
            "indexing",
            mark("Make the index that keeps a large bank's list quick, or bring it up to the newest act."),
        ),
        Entry("setting", "setting", mark("The bank's own settings.")),
        Entry("ledger", "ledger", mark("Who did what, and the proof that nothing was altered.")),
        Entry("serve", "serving", mark("Serve the app to browsers of this machine.")),
    ),
    mark("People"): (
        Entry("org", "organisation", mark("Partner organisations.")),
        Entry("user", "user", mark("People, their roles and passwords.")),
        Entry("authorisation", "authorisation", mark("Declarations and authorisations of collections and exports.")),
    ),
    mark("Finding"): (
        Entry("find", "finding", mark("List the samples that match a query.")),
        Entry("show", "finding", mark("Show whatever goes by a code.")),
        Entry("history", "finding", mark("What was ever done to the thing that goes by a code.")),
        Entry("work", "working", mark("What waits today: to receive, to place, to pick, to decide.")),
        Entry("scan", "scanning", mark("Judge what was scanned, in one sentence.")),
        Entry("undo", "undoing", mark("Undo the last act, or an entry, as a new entry.")),
        Entry("report", "reporting", mark("Figures of the bank: inventory, occupancy, consent.")),
    ),
    mark("Donors and samples"): (
        Entry("donor", "donor", mark("Donors under their pseudonyms.")),
        Entry("consent", "consent", mark("Consent forms, answers, withdrawals and verdicts.")),
        Entry("sample", "sample", mark("Tubes: register, aliquot, place, take out, hold, end.")),
        Entry("storage", "storage", mark("Freezers, racks and boxes, and the room in them.")),
        Entry("receive", "receiving", mark("Tubes arrive: expected ones by scan, and times against their limits.")),
        Entry("visit", "visiting", mark("Templates of a visit, and all its tubes registered in one act.")),
        Entry("sprec", "preanalytics", mark("SPREC codes: explained, and computed from what was recorded.")),
        Entry("label", "labelling", mark("Print labels to a PDF sheet, a ZPL file or a printer.")),
    ),
    mark("Projects"): (
        Entry("project", "project", mark("Projects: propose, decide, activate.")),
        Entry("request", "request", mark("What projects ask for, from draft to pick.")),
        Entry("agreement", "agreement", mark("Transfer agreements (MTA), under which samples go to others.")),
        Entry("pick", "picking", mark("Pick lists: walk, scan, and what goes wrong on the way.")),
        Entry("shipment", "shipment", mark("Shipments: pack, dispatch, receive, take back.")),
        Entry("data", "data", mark("Data given to projects under their own codes, and results they return.")),
    ),
    mark("Files"): (
        Entry("import", "importing", mark("Take in files of donors, samples, consents, storage or positions.")),
        Entry("template", "templating", mark("Write an empty file of a kind, and what its columns mean.")),
        Entry("export", "exporting", mark("Write tables, box maps, the inventory or a standard's files.")),
        Entry("dump", "packages", mark("Write the whole collection as a data package: CSV files that anything reads.")),
        Entry("load", "packages", mark("Take a data package into an empty bank, all or nothing.")),
    ),
}

ALSO: dict[str, tuple[str, ...]] = {"sample": ("making",), "consent": ("withdrawing",)}
"""Groups whose commands are written in more than one room."""

ENTRIES: dict[str, Entry] = {entry.name: entry for entries in SECTIONS.values() for entry in entries}


_EXTRA = re.compile(r"  \[(?:.*\W)?(?:required|default|env var)\b.*\]$")
_EXTRAS = (mark("required"), mark("default"), mark("env var"))


class Page(HelpFormatter):
    """A page of help whose fixed words, too, are in the language in use."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that shows how a command is written."""
        super().write_usage(prog, args, prefix or _("Usage: "))

    def write_heading(self, heading: str) -> None:
        """The line above a section."""
        super().write_heading(_(heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms and what they mean."""
        super().write_dl([(term, _said(meaning)) for term, meaning in rows], col_max, col_spacing)


_FIXED = (
    mark("Arguments"),
    mark("Options"),
    mark("Show this message and exit."),
    mark("Install completion for the current shell."),
    mark("Show completion for the current shell, to copy it or customize the installation."),
)
"""What typer itself writes on the pages."""


def _said(meaning: str) -> str:
    extra = _EXTRA.search(meaning)
    if extra is None:
        return _(meaning)
    told = extra.group()
    for each in _EXTRAS:
        told = re.sub(rf"\b{each}\b", _(each), told)
    return _(meaning[: extra.start()]) + told


class Spoken(typer.Context):
    """The context of a command whose help is such a page."""

    formatter_class = Page


def load(name: str) -> Any:
    """The command of that name, from its room."""
    room = import_module(f"biobank_tui.cli.{ENTRIES[name].room}")
    for more in ALSO.get(name, ()):
        import_module(f"biobank_tui.cli.{more}")
    command = typer.main.get_command(room.app)
    return command.commands[name] if isinstance(command, TyperGroup) and name in command.commands else command


def translated(command: Any) -> Any:
    """The command with its help, and that of all below it, in the language in use."""
    command.context_class = Spoken
    command.help = _(command.help or "")
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = _(parameter.help)
    for below in getattr(command, "commands", {}).values():
        translated(below)
    return command


class Root(TyperGroup):
    """The group of all commands, which loads a room when it is entered."""

    context_class = Spoken

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, help=_(entry.about), rich_markup_mode=None) for name, entry in ENTRIES.items()
        }

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, its room imported; None where there is none of that name."""
        if cmd_name not in ENTRIES:
            return None
        return translated(load(cmd_name))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a reader that went away is not an error of the disk, as typer would have it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as gone:
            raise ReaderGone from gone

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands by section, from the table alone."""
        for title, entries in SECTIONS.items():
            with formatter.section(_(title)):
                formatter.write_dl([(entry.name, _(entry.about)) for entry in entries])

    def run(self, desk: Desk) -> int:
        """Run the command that the arguments name; its exit code."""
        try:
            self.main(args=list(desk.flags.rest), prog_name="biobank", obj=desk)
        except SystemExit as leaving:
            return leaving.code if isinstance(leaving.code, int) else 0
        return 0


def _global_options(
    _bank: Annotated[
        str, typer.Option("--bank", metavar="FILE|URL", help=mark("The bank to work in."), envvar="BIOBANK_BANK")
    ] = "",
    _user: Annotated[str, typer.Option("--user", metavar="LOGIN", help=mark("Who acts."), envvar="BIOBANK_USER")] = "",
    _json: Annotated[bool, typer.Option("--json", help=mark("Give results, and refusals, as JSON."))] = False,
    _lang: Annotated[
        str, typer.Option("--lang", metavar="en|fr", help=mark("The language of sentences."), envvar="BIOBANK_LANG")
    ] = "",
) -> None:
    # Taken by cli.flags before this is reached, wherever they stood; declared here for --help and completion.
    return


def root() -> Root:
    """The root command."""
    app = typer.Typer(
        cls=Root,
        help=_("A biobank in the terminal: samples, consent, freezers, projects and labels. Alone, it opens the app."),
        epilog=_(
            "Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 refused by a rule, 2 usage, "
            "3 busy or unreachable, 4 bad data, 130 interrupted."
        ),
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_global_options)
    command = typer.main.get_command(app)
    assert isinstance(command, Root)
    return command
