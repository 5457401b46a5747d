"""When a shipment arrived: after it left, and not in the future; a day is good for any hour of it."""

from __future__ import annotations

from typing import Any

import pytest

from biobank_tui.actions import arrivals
from biobank_tui.actions.arrivals import Receipt
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor
from biobank_tui.rules.errors import Refused
from tests.actions.test_shipments import Bench


@pytest.fixture
def bench(bank: Bank, actor: Actor, make: Any) -> Bench:
    return Bench(bank, actor, make)


@pytest.mark.parametrize(
    ("received", "told"),
    [
        ("2026-02-27", "left on 2026-03-02 09:00"),
        ("2026-03-02T08:59Z", "before that"),
        ("2025", "before that"),
        ("2026-03-06T08:00Z", "has not come yet"),
        ("2026-05", "has not come yet"),
        ("2126-03-04", "has not come yet"),
        ("soon", "is no date"),
    ],
)
def test_a_receipt_is_not_dated_before_the_dispatch_or_in_the_future(
    bench: Bench, actor: Actor, clock: Any, received: str, told: str
) -> None:
    bench.sent()
    clock.now = "2026-03-04T09:00:00Z"
    with pytest.raises(Refused, match=told):
        arrivals.receive(bench.bank, actor, Receipt(bench.code, received=received))
    assert bench.detail().shipment.state == "dispatched"


@pytest.mark.parametrize("received", ["2026-03-02", "2026-03-03T07:30+01:00", "2026-03-04", "2026-03"])
def test_a_receipt_bears_the_day_that_is_told(bench: Bench, actor: Actor, clock: Any, raw: Any, received: str) -> None:
    bench.sent()
    clock.now = "2026-03-04T09:00:00Z"
    arrivals.receive(bench.bank, actor, Receipt(bench.code, received=received))
    [(kept,)] = raw("SELECT received FROM shipment")
    assert kept == received.replace("07:30+01:00", "06:30Z")
