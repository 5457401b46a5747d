"""Free boxes in a form: what the bank offers for the tubes at hand, one keystroke away from the box's own field."""

from __future__ import annotations

from collections.abc import Sequence

from biobank_tui.queries.offers import Offer, offers_for
from biobank_tui.tui.dialogs import Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer
from biobank_tui.tui.ports import Session
from biobank_tui.tui.screens.storage_box import temperature_word
from biobank_tui.words import _, figure


def offered(session: Session, codes: Sequence[str]) -> tuple[Offer, ...]:
    """What the bank offers; asked in a thread."""
    with session.bank.read() as connection:
        return offers_for(connection, codes)


def fields_of(offers: Sequence[Offer]) -> list[Field]:
    """A box to scan, and the free boxes offered in its stead; several boxes are parted by spaces."""
    fields = [
        Field(
            "box",
            _("Box"),
            required=not offers,
            hint=_("or scan another box") if offers else _("scan the box, or type its code"),
        ),
    ]
    if offers:
        options = [Option(" ".join(offer.boxes), offer.place, _said(offer)) for offer in offers]
        fields.insert(0, Field("offer", _("Free box"), Kind.CHOICE, options, options[0].key, required=False))
    return fields


def _said(offer: Offer) -> str:
    more = len(offer.boxes) - 1
    parts = [_("{count} free").format(count=figure(offer.free)), temperature_word(offer.temperature)]
    if more:
        parts.insert(0, _("and {count} more").format(count=figure(more)))
    return " · ".join(filter(None, parts))


def boxes_of(answer: Answer) -> list[str]:
    """The boxes that were named, else those that were offered and chosen."""
    return str(answer["box"] or answer.get("offer") or "").replace(",", " ").split()


def unsaid(answer: Answer) -> dict[str, str]:
    """What is wrong where neither is said."""
    return {} if boxes_of(answer) else {"box": _("Scan a box, or choose a free one.")}
