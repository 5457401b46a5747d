"""Commands of the bench, the samples and the ledger."""

from __future__ import annotations

from dataclasses import replace

from biobank_tui.tui.command import Command, Enabled, bank_codes, bank_open, has, may, row_chosen, rows_chosen
from biobank_tui.words import mark

SAMPLES: tuple[Command, ...] = (
    Command("samples.filter", "f", mark("Filter"), mark("Type what to look for."), "samples", bank_open, 1),
    Command(
        "samples.place",
        "p",
        mark("Place"),
        mark("Put tubes into a box, or move them to another."),
        "samples",
        may("sample.place", rows_chosen),
        2,
    ),
    Command(
        "samples.aliquot",
        "a",
        mark("Aliquot"),
        mark("Share tubes out into new ones, several parents at once."),
        "samples",
        may("sample.aliquot", rows_chosen),
        3,
    ),
    Command(
        "samples.label",
        "l",
        mark("Labels"),
        mark("Print labels, after a look at the first."),
        "samples",
        may("label.print", rows_chosen),
        4,
    ),
    Command(
        "samples.check_out",
        "o",
        mark("Out"),
        mark("Take tubes out; their places stay theirs."),
        "samples",
        may("sample.checkout", rows_chosen),
        5,
    ),
    Command(
        "samples.put_back",
        "b",
        mark("Back"),
        mark("Put tubes back into the places they kept."),
        "samples",
        may("sample.return", rows_chosen),
        6,
    ),
    Command(
        "samples.register",
        "r",
        mark("Register"),
        mark("Register new tubes of a donor."),
        "samples",
        may("sample.register"),
        7,
    ),
    Command(
        "samples.history", "H", mark("History"), mark("What was ever done to this tube."), "samples", row_chosen, 8
    ),
    Command(
        "samples.derive",
        "d",
        mark("Derive"),
        mark("Make tubes of another material: plasma from blood, DNA from tissue."),
        "samples",
        may("sample.derive", rows_chosen),
        0,
    ),
    Command(
        "samples.pool",
        "P",
        mark("Pool"),
        mark("Put shares of the marked tubes into one new tube."),
        "samples",
        may("sample.pool", has("marks", mark("Nothing is marked."))),
        0,
    ),
    Command(
        "samples.lineage",
        "L",
        mark("Lineage"),
        mark("What it was made of and what was made of it, what is left in each, and its thaws."),
        "samples",
        row_chosen,
        0,
    ),
    Command(
        "samples.receive",
        "i",
        mark("Receive"),
        mark("Expected, returned or found tubes are here."),
        "samples",
        may("sample.receive", rows_chosen),
        0,
    ),
    Command(
        "samples.hold",
        "h",
        mark("Hold"),
        mark("Lay a hold: nothing may be taken, reserved or sent until it is released."),
        "samples",
        may("sample.hold", rows_chosen),
        0,
    ),
    Command(
        "samples.release",
        "R",
        mark("Release"),
        mark("Release the holds that were laid on this tube itself."),
        "samples",
        may("sample.release", row_chosen),
        0,
    ),
    Command(
        "samples.end",
        "e",
        mark("End"),
        mark("Tubes are used up, destroyed, missing or rejected."),
        "samples",
        may("sample.consume", rows_chosen),
        0,
    ),
    Command(
        "samples.export",
        "W",
        mark("Write file"),
        mark("Write what is marked or found to a file: CSV, Excel, FHIR, box maps."),
        "samples",
        may("export"),
        0,
    ),
    Command("samples.saved", "F", mark("Searches"), mark("Choose among good searches."), "samples", bank_open, 0),
    Command(
        "samples.box",
        "x",
        mark("Its box"),
        mark("Open the box the tube is in."),
        "samples",
        has("placed", mark("This tube has no place.")),
        0,
    ),
    Command(
        "samples.unmark",
        "c",
        mark("Unmark all"),
        mark("Forget the marks."),
        "samples",
        has("marks", mark("Nothing is marked.")),
        0,
    ),
)

_TUBE = has("tube", mark("Scan a tube first."))

_ACTS: dict[str, Enabled] = {
    "place": may("sample.place", _TUBE),
    "aliquot": may("sample.aliquot", _TUBE),
    "label": may("label.print", _TUBE),
    "check_out": may("sample.checkout", _TUBE),
    "put_back": may("sample.return", _TUBE),
    "history": _TUBE,
    "lineage": _TUBE,
    "derive": may("sample.derive", _TUBE),
    "receive": may("sample.receive", _TUBE),
    "hold": may("sample.hold", _TUBE),
    "release": may("sample.release", _TUBE),
    "end": may("sample.consume", _TUBE),
    "box": has("placed", mark("This tube has no place.")),
}
"""What the bench does with the tube last scanned, by the keys it has among the samples."""

BENCH: tuple[Command, ...] = (
    *(
        replace(command, name=f"bench.{act}", screen="bench", enabled=_ACTS[act])
        for command in SAMPLES
        if (act := command.name.partition(".")[2]) in _ACTS
    ),
    Command(
        "bench.register",
        "r",
        mark("Register"),
        mark("Register new tubes of a donor."),
        "bench",
        may("sample.register"),
        7,
    ),
    Command(
        "bench.reception",
        "n",
        mark("Receiving"),
        mark("Receive by scans: each scan is a tube that arrives; a box scanned takes them in."),
        "bench",
        may("sample.receive"),
        8,
    ),
    Command(
        "bench.pairs",
        "N",
        mark("With barcodes"),
        mark("Receive by scans in pairs: the code on the label, then the tube's own barcode."),
        "bench",
        may("sample.receive"),
        0,
    ),
    Command(
        "bench.visit",
        "t",
        mark("Visit"),
        mark("Register all tubes of a visit from a template, and print their labels."),
        "bench",
        may("sample.register"),
        9,
    ),
    Command(
        "bench.show",
        "enter",
        mark("Open"),
        mark("Open the list under the cursor, or the tube last scanned, in its own screen."),
        "bench",
        bank_open,
        1,
    ),
)

LEDGER: tuple[Command, ...] = (
    Command(
        "ledger.filter", "f", mark("Filter"), mark("By act, person, thing or date."), "ledger", may("ledger.read"), 1
    ),
    Command(
        "ledger.life",
        "H",
        mark("Life of …"),
        mark("All that was ever done to one thing, by its code."),
        "ledger",
        bank_codes,
        2,
    ),
    Command(
        "ledger.verify",
        "y",
        mark("Verify"),
        mark("Prove that no entry was edited, removed or reordered."),
        "ledger",
        may("ledger.read"),
        3,
    ),
    Command(
        "ledger.anchor",
        "a",
        mark("Anchor"),
        mark("Show the head of the ledger, to be kept elsewhere."),
        "ledger",
        may("ledger.read"),
        4,
    ),
    Command(
        "ledger.undo",
        "U",
        mark("Undo this"),
        mark("Undo the act under the cursor, as a new entry, where nothing has happened since."),
        "ledger",
        may("act.undo", row_chosen),
        6,
    ),
    Command(
        "ledger.unfilter",
        "c",
        mark("All"),
        mark("Show every entry again."),
        "ledger",
        has("filtered", mark("Every entry is shown already.")),
        5,
    ),
)
