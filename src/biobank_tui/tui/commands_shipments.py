"""The commands of a shipment that is open on the work screen."""

from __future__ import annotations

from biobank_tui.tui.command import Command, Enabled, has, may
from biobank_tui.words import mark

_PACKING: Enabled = has("shipment:packing", mark("It has left: nothing more is packed into it."))
_ITEM: Enabled = has("item", mark("No tube is under the cursor."))
_ARRIVING: Enabled = has("arriving", mark("Only what is on its way can be received."))
_ARRIVED: Enabled = has("arrived", mark("It has not arrived yet."))
_ON_ITS_WAY: Enabled = has("shipment:dispatched", mark("Only what is on its way can be lost."))

SHIPMENTS = (
    Command(
        "shipment.fill",
        "a",
        mark("Pack all"),
        mark("Pack everything that is picked for the request."),
        "shipment",
        may("shipment.pack", _PACKING),
        10,
    ),
    Command(
        "shipment.unpack",
        "t",
        mark("Take out"),
        mark("Take the tube under the cursor out of the box; it stays picked."),
        "shipment",
        may("shipment.pack", lambda situation: _PACKING(situation) or _ITEM(situation)),
        11,
    ),
    Command(
        "shipment.travel",
        "e",
        mark("Travel"),
        mark("Say who carries it, under what number, on how much dry ice."),
        "shipment",
        may("shipment.pack"),
        12,
    ),
    Command(
        "shipment.manifest",
        "p",
        mark("Manifest"),
        mark("Look at the manifest and write it as a PDF and as CSV."),
        "shipment",
        may("bank.read"),
        13,
    ),
    Command(
        "shipment.send",
        "s",
        mark("Send"),
        mark("Hand the boxes to the carrier, under your signature."),
        "shipment",
        may("shipment.dispatch", _PACKING),
        14,
    ),
    Command(
        "shipment.damaged",
        "d",
        mark("Damaged"),
        mark("The tube under the cursor arrived broken; r writes it down with the receipt."),
        "shipment",
        may("shipment.receive", lambda situation: _ARRIVING(situation) or _ITEM(situation)),
        15,
    ),
    Command(
        "shipment.missing",
        "m",
        mark("Missing"),
        mark("The tube under the cursor did not arrive; r writes it down with the receipt."),
        "shipment",
        may("shipment.receive", lambda situation: _ARRIVING(situation) or _ITEM(situation)),
        16,
    ),
    Command(
        "shipment.receive",
        "r",
        mark("Receive"),
        mark("Take the receipt in one step: what was scanned or told, or the recipient's file."),
        "shipment",
        may("shipment.receive", _ARRIVING),
        17,
    ),
    Command(
        "shipment.back",
        "b",
        mark("Came back"),
        mark("Tubes that were sent are here again, thawed once more."),
        "shipment",
        may("shipment.return", _ARRIVED),
        18,
    ),
    Command(
        "shipment.lose",
        "y",
        mark("Lost"),
        mark("It never arrived: its tubes are missing."),
        "shipment",
        may("shipment.lose", _ON_ITS_WAY),
        19,
    ),
    Command(
        "shipment.close",
        "x",
        mark("Put away"),
        mark("Put the shipment away; what was not found is missing then."),
        "shipment",
        may("shipment.close"),
        20,
    ),
    Command(
        "shipment.label",
        "L",
        mark("Labels"),
        mark("Print a label with the shipment's code for each of its boxes."),
        "shipment",
        may("label.print"),
        20,
    ),
    Command(
        "shipment.next", "right_square_bracket", mark("Next box"), mark("Go to the next box."), "shipment", footer=21
    ),
    Command("shipment.leave", "l", mark("Lists"), mark("Back to the pick lists and shipments."), "shipment", footer=9),
)
