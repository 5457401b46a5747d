"""The commands of the storage and donor screens."""

from __future__ import annotations

from biobank_tui.tui.command import Command, Enabled, bank_codes, bank_open, has, may, row_chosen
from biobank_tui.tui.ports import Situation
from biobank_tui.words import mark

_UNIT: Enabled = has("unit", mark("Choose a storage unit in the tree first."))
_BOX: Enabled = has("box", mark("Open a box first: choose it in the tree and press Enter."))
_TUBE: Enabled = has("tube", mark("There is no tube under the cursor."))


def _lifted_or_tube(situation: Situation) -> str | None:
    """To move tubes, one must be under the cursor, or some already in hand."""
    return bank_open(situation) if "lifted" in situation.words else _TUBE(situation)


STORAGE = (
    Command(
        "storage.place",
        "p",
        mark("Place"),
        mark("Scan tube after tube into this box; again ends it."),
        "storage",
        may("sample.place", _BOX),
        10,
    ),
    Command(
        "storage.move",
        "m",
        mark("Move"),
        mark("Pick up the tube under the cursor, or those marked; again puts down."),
        "storage",
        may("sample.place", _lifted_or_tube),
        11,
    ),
    Command(
        "storage.take",
        "o",
        mark("Take out"),
        mark("Take tubes out; each keeps its place and shows who has it."),
        "storage",
        may("sample.checkout", _TUBE),
        12,
    ),
    Command(
        "storage.back",
        "b",
        mark("Put back"),
        mark("Put tubes back into the places they kept."),
        "storage",
        may("sample.return", _TUBE),
        13,
    ),
    Command(
        "storage.rack",
        "r",
        mark("Rack scan"),
        mark("Compare a rack reader's file with this box, then take it over."),
        "storage",
        may("sample.place", _BOX),
        13,
    ),
    Command(
        "storage.new",
        "n",
        mark("New units"),
        mark("Make a freezer with its racks and boxes from one line."),
        "storage",
        may("storage.add"),
        14,
    ),
    Command(
        "storage.room",
        "f",
        mark("Find room"),
        mark("Boxes with room for so many tubes, or room for whole boxes."),
        "storage",
        bank_codes,
        15,
    ),
    Command(
        "storage.service",
        "e",
        mark("Service"),
        mark("Say that a unit defrosts, is a backup, is retired or works again."),
        "storage",
        may("storage.service", _UNIT),
        16,
    ),
    Command(
        "storage.stand",
        "x",
        mark("Move unit"),
        mark("Stand this unit, with all it holds, inside another."),
        "storage",
        may("storage.move", _UNIT),
        17,
    ),
    Command(
        "storage.edit",
        "i",
        mark("Set up"),
        mark("Change a unit's name, grid, labels, temperature, or what it is kept for."),
        "storage",
        may("storage.edit", _UNIT),
        18,
    ),
    Command(
        "storage.lists",
        "l",
        mark("Moves"),
        mark("Work through a list of moves, scan by scan; again says what becomes of the rest."),
        "storage",
        may("storage.plan"),
        20,
    ),
    Command(
        "storage.free",
        "d",
        mark("Free boxes"),
        mark("Propose which boxes come free by which moves, and write them down."),
        "storage",
        may("storage.plan"),
        21,
    ),
    Command(
        "storage.fail",
        "exclamation_mark",
        mark("Failing"),
        mark("This unit fails: nothing goes in, and where all in it goes is planned."),
        "storage",
        may("storage.fail", _UNIT),
        22,
    ),
    Command(
        "storage.failing",
        "",
        mark("What fails"),
        mark("Units that fail, for how long, and every tube that was in them."),
        "storage",
        bank_codes,
        0,
    ),
    Command(
        "storage.out",
        "h",
        mark("Out"),
        mark("Tubes that are out: who has them, since when, and the place each keeps."),
        "storage",
        bank_codes,
        23,
    ),
    Command(
        "storage.order",
        "y",
        mark("Fill order"),
        mark("Choose the way the cursor goes on through the box while placing."),
        "storage",
        _BOX,
        18,
    ),
    Command(
        "storage.wide",
        "w",
        mark("Wide"),
        mark("Give the box the whole width; again shows the tree."),
        "storage",
        _BOX,
        19,
    ),
)

DONORS = (
    Command(
        "donors.find",
        "f",
        mark("Search"),
        mark("Search by code, diagnosis, state or hospital number."),
        "donors",
        bank_open,
        10,
    ),
    Command(
        "donors.new",
        "n",
        mark("Register"),
        mark("Register a donor, or several at once."),
        "donors",
        may("donor.add"),
        11,
    ),
    Command(
        "donors.consent",
        "c",
        mark("Consent"),
        mark("Record what the donor answered on a consent form."),
        "donors",
        may("consent.record", row_chosen),
        12,
    ),
    Command(
        "donors.diagnosis",
        "d",
        mark("Diagnosis"),
        mark("Give the donor a diagnosis."),
        "donors",
        may("donor.edit", row_chosen),
        13,
    ),
    Command(
        "donors.withdraw",
        "w",
        mark("Withdraw"),
        mark("Withdraw consent, with all that follows; first shows what that is."),
        "donors",
        may("consent.withdraw", row_chosen),
        14,
    ),
    Command(
        "donors.narrow",
        "b",
        mark("Take back"),
        mark("The donor takes single permissions back; only what they forbid is released."),
        "donors",
        may("consent.narrow", row_chosen),
        15,
    ),
    Command(
        "donors.settle",
        "x",
        mark("Carry out"),
        mark("Sign that the samples of a donor who withdrew are destroyed, returned or anonymised."),
        "donors",
        may("consent.settle", row_chosen),
        16,
    ),
    Command(
        "donors.expire",
        "e",
        mark("Run out"),
        mark("Mark consents past their day; samples of donors who came of age wait for them."),
        "donors",
        may("consent.expire"),
        17,
    ),
    Command(
        "donors.samples", "t", mark("Samples"), mark("Show this donor's samples in the list."), "donors", row_chosen, 15
    ),
)
