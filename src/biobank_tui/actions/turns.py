"""A request moves from state to state, and with it whose turn it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from biobank_tui.bank.transaction import Transaction
from biobank_tui.model.tables import REQUEST
from biobank_tui.rules import lifecycles
from biobank_tui.rules.lifecycles import REQUEST_TURN, RequestState, Turn


def advance(tx: Transaction, request: RowMapping, *steps: RequestState, turn: Turn | None = None) -> RequestState:
    """Take a request through states, each of which must be allowed; the last one stands.

    turn: whose move it is, where the state alone does not say. Since when is kept while the turn stays with the same.
    """
    state = RequestState(request["state"])
    for step in steps:
        state = lifecycles.move(RequestState, state, step)
    whose = turn or REQUEST_TURN[state]
    since = request["turn_since"] if whose == request["turn"] else tx.at
    tx.update(REQUEST, {request["id"]: {"state": state, "turn": whose, "turn_since": since}})
    tx.facts = {**tx.facts, "state": str(state), "turn": str(whose)}
    return state


def days_after(at: str, days: int) -> str:
    """The moment some days after another, to the second."""
    return (datetime.fromisoformat(at) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
