"""Ten thousand samples reserved for one request, all or none, and given back."""

from __future__ import annotations

import time

from benchmarks.measuring import Figure
from benchmarks.withdrawing import project
from biobank_tui.actions import requests, reserving
from biobank_tui.actions.requests import NewLine
from biobank_tui.bank.bank import Bank
from biobank_tui.queries import eligibility
from biobank_tui.rules.query import parse

MANY = 10_000
WHOLE = 3000.0
"""Milliseconds that reserving so many may take."""
ROUNDS = 3
CRITERIA = "type:plasma"


def figure(bank: Bank, home: str = "VALMONT") -> Figure:
    """home: an organisation that keeps samples, whose project asks for them."""
    manager = bank.actor("manager")
    code = project(bank, home)
    with bank.read() as connection:
        number = connection.exec_driver_sql("SELECT max(id) FROM project").scalar_one()
        wanted = min(MANY, eligibility.eligible(connection, number, parse(CRITERIA)).count)
    took, worked = [], []
    for _ in range(ROUNDS):
        lines = (NewLine(CRITERIA, asked=wanted),)
        asked = requests.new(bank, manager, requests.NewRequest(code, "Measured", lines)).code
        requests.submit(bank, manager, asked)
        requests.review(bank, manager, requests.Review(asked, "approve"))
        began, busy = time.perf_counter(), time.process_time()
        reserving.reserve(bank, manager, reserving.Reserve(asked))
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
        requests.cancel(bank, manager, asked)
    took.sort()
    return Figure(
        f"reserve {wanted:,}: {CRITERIA}", took[len(took) // 2], took[-1], took[-1], None, WHOLE, "durable", max(worked)
    )
