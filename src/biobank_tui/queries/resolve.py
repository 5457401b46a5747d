"""What a scanned or typed text stands for, in one sentence, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select

from biobank_tui.model.tables import (
    DONOR,
    EXTERNAL_IDENTIFIER,
    MOVE_LIST,
    PICK_LIST,
    PROJECT,
    REQUEST,
    SAMPLE,
    SERIAL,
    SHIPMENT,
    STORAGE_UNIT,
)
from biobank_tui.queries import finding
from biobank_tui.queries.identifiers import names_a
from biobank_tui.queries.sample_detail import SampleDetail, detail
from biobank_tui.rules import codes
from biobank_tui.rules.errors import NotFound
from biobank_tui.rules.lifecycles import DonorState, SampleStatus, ServiceState
from biobank_tui.rules.phrases import filled, mark
from biobank_tui.wall import clock

_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
"""The kind of barcode, which some scanners send before what they read (ISO/IEC 15424)."""


class Mood(StrEnum):
    """How a scan is to be taken: fine, look, or stop."""

    GOOD = "good"
    NOTICE = "notice"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a scan means. kind: a noun, or None where nothing was found. sentence: a template filled by facts.

    unknown: it could be the barcode of a new tube, for nothing here is called so, and it is no mistyped code.
    """

    text: str
    kind: str | None
    code: str | None
    mood: Mood
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)
    sample: SampleDetail | None = None
    unknown: bool = False

    def __str__(self) -> str:
        return filled(self.sentence, self.facts)


_OTHERS: tuple[tuple[str, Any, str], ...] = (
    ("storage_unit", STORAGE_UNIT, mark("{kind} {code}, {tubes} of {places} places taken.")),
    ("donor", DONOR, mark("Donor {code}, {sex}, born {birth_year}.")),
    ("project", PROJECT, mark("Project {code}, {state}: {title}")),
    ("request", REQUEST, mark("Request {code}, {state}: {title}")),
    ("pick_list", PICK_LIST, mark("Pick list {code}, made {made}.")),
    ("shipment", SHIPMENT, mark("Shipment {code}, {state}.")),
    ("move_list", MOVE_LIST, mark("List of moves {code}, made {made}.")),
)


_HEEDED: tuple[tuple[str, Callable[[RowMapping], bool], Mood, str], ...] = (
    (
        "donor",
        lambda row: bool(row["state"] == DonorState.WITHDRAWN),
        Mood.ALARM,
        mark("Donor {code} has withdrawn; nothing of theirs may be used."),
    ),
    (
        "storage_unit",
        lambda row: row["service"] in (ServiceState.RETIRED, ServiceState.DEFROSTING),
        Mood.ALARM,
        mark("{kind} {code} is {service}; nothing goes in."),
    ),
    (
        "pick_list",
        lambda row: row["closed"] is not None,
        Mood.NOTICE,
        mark("Pick list {code} is closed; nothing more is picked from it."),
    ),
    (
        "move_list",
        lambda row: row["closed"] is not None,
        Mood.NOTICE,
        mark("List of moves {code} is closed; nothing more is moved by it."),
    ),
)
"""What must be heeded about a thing that is no tube, and when."""


def resolve(connection: Connection, text: str) -> Resolved:
    """The thing a scan stands for; never an error: what is wrong is said in the answer."""
    said = _SYMBOLOGY.sub("", text.strip())
    if not said:
        return Resolved(text, None, None, Mood.NOTICE, "Nothing was scanned.")
    several = _several(connection, text, said)
    if several is not None:
        return several
    prefixes = connection.scalars(select(SERIAL.c.prefix).where(SERIAL.c.prefix != "")).all()
    shape = codes.explain(said, prefixes)
    parsed = codes.parse(said, prefixes)
    wanted = parsed.code if shape == "ours" and parsed is not None else said
    for look in (_sample, _other):
        found = look(connection, text, wanted)
        if found is not None:
            return found
    if shape == "mistyped":
        return Resolved(
            text,
            None,
            None,
            Mood.ALARM,
            mark("{code} is mistyped: its check character is wrong. Scan it again."),
            {"code": said},
        )
    return Resolved(text, None, None, Mood.ALARM, mark("{code} is unknown in this bank."), {"code": said}, unknown=True)


def _sample(connection: Connection, text: str, wanted: str) -> Resolved | None:
    try:
        tube = detail(connection, wanted)
    except NotFound:
        return None
    for tells in _TELLING:
        told = tells(tube)
        if told is not None:
            mood, sentence, facts = told
            return Resolved(text, "sample", tube.code, mood, sentence, {"code": tube.code, **facts}, tube)
    raise AssertionError("the last teller always tells")


def _several(connection: Connection, text: str, said: str) -> Resolved | None:
    """Another system's number that two systems gave to two tubes stands for neither."""
    numbers = connection.execute(
        select(SAMPLE.c.code, EXTERNAL_IDENTIFIER.c.system)
        .join(SAMPLE, SAMPLE.c.id == EXTERNAL_IDENTIFIER.c.target_id)
        .where(names_a("sample"), EXTERNAL_IDENTIFIER.c.folded == said.lower())
        .order_by(SAMPLE.c.id)
        .limit(4)
    ).all()
    if len({row.code for row in numbers}) < 2 or _borne(connection, said):
        return None
    tubes = ", ".join(f"{row.code} ({row.system})" for row in numbers)
    sentence = mark("{code} is the number of several tubes: {tubes}. Scan the tube's own code.")
    return Resolved(text, None, None, Mood.ALARM, sentence, {"code": said, "tubes": tubes})


def _borne(connection: Connection, said: str) -> bool:
    """Whether a tube bears the text itself, as its code or its barcode."""
    bears = or_(SAMPLE.c.code.in_({said, said.upper()}), SAMPLE.c.barcode == said)
    return connection.scalar(select(SAMPLE.c.id).where(bears).limit(1)) is not None


def _other(connection: Connection, text: str, wanted: str) -> Resolved | None:
    for kind, table, sentence in _OTHERS:
        row = _found(connection, table, wanted)
        if row is not None:
            facts = {name: "?" if value is None else value for name, value in row.items()}
            if kind in ("pick_list", "move_list"):
                facts["made"] = clock(facts["made"])
            mood, told = next(
                ((mood, told) for noun, applies, mood, told in _HEEDED if noun == kind and applies(row)),
                (Mood.GOOD, sentence),
            )
            return Resolved(text, kind, row["code"], mood, told, facts)
    return None


def _found(connection: Connection, table: Any, code: str) -> RowMapping | None:
    try:
        return finding.donor(connection, code) if table is DONOR else finding.by_code(connection, table, code)
    except NotFound:
        return None


Told = tuple[Mood, str, dict[str, Any]] | None


def _withdrawn(tube: SampleDetail) -> Told:
    if tube.donor_state != DonorState.WITHDRAWN:
        return None
    return (
        Mood.ALARM,
        mark("{code}: its donor {donor} has withdrawn. Do not use it; set it aside."),
        {"donor": tube.donor},
    )


def _held(tube: SampleDetail) -> Told:
    if not tube.holds:
        return None
    hold = tube.holds[0]
    return Mood.ALARM, mark("{code} is on hold ({kind}): {reason}"), {"kind": hold.kind, "reason": hold.reason}


def _shipped(tube: SampleDetail) -> Told:
    if tube.shipment is None or tube.status not in (SampleStatus.IN_TRANSIT, SampleStatus.DISTRIBUTED):
        return None
    _shipment, recipient, when = tube.shipment
    return (
        Mood.ALARM,
        mark("{code} was shipped on {date} to {recipient}."),
        {"date": (when or "")[:10], "recipient": recipient},
    )


def _gone(tube: SampleDetail) -> Told:
    gone = (SampleStatus.CONSUMED, SampleStatus.DESTROYED, SampleStatus.REJECTED, SampleStatus.DISTRIBUTED)
    if tube.status not in gone and tube.status != SampleStatus.MISSING:
        return None
    if tube.status == SampleStatus.MISSING:
        return Mood.NOTICE, mark("{code} was missing; it is found. Receive it to put it back."), {}
    return Mood.ALARM, mark("{code} is {status}; this tube should not exist."), {"status": tube.status}


def _out(tube: SampleDetail) -> Told:
    if tube.out is None:
        return None
    who, since = tube.out
    return (
        Mood.NOTICE,
        mark("{code} is out with {who} since {since}."),
        {"who": who, "since": clock(since)},
    )


def _reserved(tube: SampleDetail) -> Told:
    if tube.reservation is None:
        return None
    facts = {"request": tube.reservation.request, "project": tube.reservation.project, "place": tube.place or "—"}
    return Mood.NOTICE, mark("{code} is reserved for {project} ({request}); it is in {place}."), facts


def _expected(tube: SampleDetail) -> Told:
    return (Mood.NOTICE, mark("{code} is expected; receive it."), {}) if tube.status == SampleStatus.EXPECTED else None


def _here(tube: SampleDetail) -> Told:
    facts = {"material": tube.material, "amount": tube.amount or "—", "place": tube.place}
    if tube.place is None:
        return Mood.GOOD, mark("{code}: {material}, {amount}; it has no place yet."), facts
    return Mood.GOOD, mark("{code}: {material}, {amount}, in {place}."), facts


_TELLING: tuple[Callable[[SampleDetail], Told], ...] = (
    _withdrawn,
    _held,
    _shipped,
    _gone,
    _out,
    _reserved,
    _expected,
    _here,
)
"""What is said of a tube, the gravest first."""
