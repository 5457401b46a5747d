"""How a tube was treated, as the fields of a form, and what comes of it while they are filled: SPREC and the limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.content import Content

from biobank_tui.rules import preanalytics
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.moments import parse_moment
from biobank_tui.rules.preanalytics import Lapse, in_words
from biobank_tui.rules.sprec import Table, explain
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.safe import paragraph, plain
from biobank_tui.wall import typed, zone
from biobank_tui.words import _, mark, sentence

FLUID: Final = (
    ("container", mark("Container"), mark("EDTA potassium, SST, …")),
    ("pre_temperature", mark("Kept until spun at"), mark("RT or 4")),
    ("spin", mark("Spin"), "10 min 1500 g 20 °C brake"),
    ("second_spin", mark("Second spin"), mark("none")),
    ("post_temperature", mark("Then kept at"), mark("RT or 4")),
    ("storage", mark("Storage"), mark("a letter or words of the list")),
)
SOLID: Final = (
    ("container", mark("Collected by"), mark("biopsy, surgery, …")),
    ("warm_ischaemia", mark("Warm ischaemia"), mark("20 min")),
    ("cold_ischaemia", mark("Cold ischaemia"), mark("from the times")),
    ("fixation", mark("Fixation"), mark("snap freezing, NBF, …")),
    ("fixation_minutes", mark("Fixed for"), "24 h"),
    ("storage", mark("Storage"), mark("a letter or words of the list")),
)
TIMES: Final = (
    ("collected", mark("Collected")),
    ("received", mark("Received")),
    ("processed", mark("Processed")),
    ("frozen", mark("Frozen")),
)

PLACES: Final = {
    "time": "received",
    "sprec.fixation": "fixation",
    "sprec.": "container",
    "spin.": "spin",
    "duration.": "warm_ischaemia",
    "temperature.": "pre_temperature",
    "sample.taken": "barcode",
    "barcode": "barcode",
    "unit.": "box",
    "storage_unit.": "box",
    "position.": "position",
}
"""The field a refusal belongs to, by how its code begins."""


def time_fields(known: Mapping[str, str | None]) -> list[Field]:
    """The four times; those known stand there already."""
    hints = {"received": _("now")}
    return [
        Field(name, _(label), Kind.DATE, value=typed(known.get(name)), required=False, hint=hints.get(name, ""))
        for name, label in TIMES
    ]


def treatment_fields(material: str) -> list[Field]:
    """What can be said of a fluid's, or of a tissue's, treatment."""
    asked = SOLID if preanalytics.matrix_of(material) == "solid" else FLUID
    return [Field(name, _(label), required=False, hint=_(hint)) for name, label, hint in asked]


def treatment_in(answer: Mapping[str, str]) -> dict[str, str]:
    """What an answer says of the treatment."""
    names = {name for name, _label, _hint in (*FLUID, *SOLID)}
    return {name: value for name, value in answer.items() if name in names and value}


def live(material: str, written: Mapping[str, str], codes: Table, limits: Mapping[str, float]) -> Content:
    """The code of what is written so far, each element in words, and the times against their limits."""
    matrix = preanalytics.matrix_of(material)
    facts: dict[str, object] = {}
    wrong: list[Content] = []
    for name, text in treatment_in(written).items():
        try:
            facts |= preanalytics.facts_from({name: text}, codes, matrix)
        except BiobankError as error:
            wrong.append(paragraph(f"… {sentence(error)}", "$warn"))
    times = {name: _moment(written.get(name, "")) for name, _label in TIMES}
    code = preanalytics.code(material, facts, times, codes)
    told = "  ".join(f"{each.code} {_(each.label)}" for each in explain(code, codes) if set(each.code) != {"X"})
    lines = [
        Content.assemble(plain("SPREC  ", "$quiet"), plain(code, "bold $accent")),
        paragraph(told or _("Nothing is known of its treatment yet."), "$quiet"),
        *(lapse_line(each) for each in preanalytics.lapses(material, facts, times, limits)),
        *wrong[:2],
    ]
    return Content("\n").join(lines)


def lapse_line(lapse: Lapse) -> Content:
    """A time that is watched, and whether it is within its limit."""
    facts = {"what": _(lapse.label), "time": in_words(lapse.minutes), "limit": in_words(lapse.limit)}
    if lapse.over:
        return plain("✕ " + _("{what}: {time}, beyond the {limit} allowed").format(**facts), "$bad")
    return plain("✓ " + _("{what}: {time}, within {limit}").format(**facts), "$good")


def _moment(text: str) -> str | None:
    try:
        return parse_moment(text, zone()) if text.strip() else None
    except BiobankError:
        return None
