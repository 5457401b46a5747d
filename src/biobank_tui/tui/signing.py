"""Signing a grave act: its meaning is stated, a reason demanded, and the password asked again."""

from __future__ import annotations

from dataclasses import dataclass

from biobank_tui.bank.access import check_password, needs_password
from biobank_tui.rules.errors import BiobankError
from biobank_tui.tui import work
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Form
from biobank_tui.tui.views import View
from biobank_tui.words import _


@dataclass(frozen=True, slots=True)
class Signature:
    """What was signed with: the reason, for the ledger."""

    reason: str


async def sign(view: View, meaning: str, *, submit: str = "") -> Signature | None:
    """Ask for a reason and, where the person has one, the password; None where they left.

    meaning: a translated sentence of what signing says. The password is checked in a thread before this returns.
    """
    session = view.session

    def ask_need() -> bool:
        with session.bank.read() as connection:
            return needs_password(connection, session.actor.login)

    needed = await work.ask(view, ask_need)
    fields = [Field("reason", _("Reason"), hint=_("the ledger keeps it"))]
    if needed:
        fields.append(Field("password", _("Your password"), Kind.SECRET))
    answer = await view.app.push_screen_wait(Form(meaning, fields, submit=submit or _("Sign")))
    if answer is None:
        return None
    if needed:

        def check() -> BiobankError | None:
            try:
                with session.bank.read() as connection:
                    check_password(connection, session.actor.login, str(answer["password"]))
            except BiobankError as wrong:
                return wrong
            return None

        wrong = await work.ask(view, check)
        if wrong is not None:
            view.shell.say_error(wrong)
            return None
    return Signature(str(answer["reason"]))
