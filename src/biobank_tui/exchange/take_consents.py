"""Consents: what donors answered, the forms they answered on, and the profile in force for them and their samples."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from sqlalchemy import select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import bring_into_force
from biobank_tui.bank.withdrawn import days_withdrawn
from biobank_tui.exchange.donorbook import DonorBook
from biobank_tui.exchange.formbook import FormBook
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Session
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import CONSENT, DONOR, HOLD, SAMPLE, WITHDRAWAL
from biobank_tui.rules.lifecycles import ConsentState, DonorState, HoldKind
from biobank_tui.rules.profiles import Answer, LegalBasis, Profile, Reply
from biobank_tui.rules.withdrawing import Outcome, PoolPolicy, outlasts

ANSWER: Final = "answer."


class ConsentTaker:
    """Takes the slices of one file of consents in turn."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.donors = DonorBook(session)
        self.forms = FormBook(session)
        self.lines = Repeats("key")
        self.own: set[int] = set()
        """Ids of the consents this file brought."""
        self.judged_anew: set[int] = set()
        """Ids of the donors whose answers in force it changed: what was given to projects is to be judged again."""
        self.following: set[tuple[int, int, str]] = set()
        """Consents (donor, form, day) that are said to follow the withdrawal of their day."""
        self.gone: set[int] = set()
        """Ids of the donors who have withdrawn, by the bank and by what was taken so far."""
        self.met: set[int] = set()

    def take(self, rows: pl.DataFrame, verdicts: Verdicts) -> None:
        """Judge the slice, write what may come in."""
        session = self.session
        keyed = rows.with_columns(pl.Series("key", _keys(rows, verdicts.standing()), dtype=pl.String))
        self.lines.judge_rows(keyed, verdicts)
        donors = self.donors.resolve(rows, verdicts)
        session.permit(donors["custodian_id"].drop_nulls().unique().to_list())
        answers = [name for name in rows.columns if name.startswith(ANSWER)]
        forms = self._forms(rows, answers, verdicts)
        here = self._standing(donors["id"])
        with_samples = self._with_samples(donors["id"])
        today = session.tx.at[:10] if session.tx is not None else "9999"
        withdrawn = self._withdrawn(rows)
        in_force = self._in_force(donors, here)
        self._meet(donors)
        verdicts.add(
            withdrawn
            & donors["id"].is_in(list((with_samples | in_force) - self.gone))
            & ~_known(rows, forms, donors, here),
            "donor",
            "consent.withdraw",
            values=rows["donor"],
        )
        ended = days_withdrawn(session.connection, donors["id"].drop_nulls().unique().to_list())
        session.stop_at(verdicts)
        plan = _Plan()
        for row, form, donor, gone, stands in zip(
            rows.iter_rows(named=True), forms, donors.iter_rows(named=True), withdrawn, verdicts.standing(), strict=True
        ):
            if stands and form is not None and donor["id"] is not None:
                number = donor["id"]
                days = ended.setdefault(number, [])
                self._plan(plan, row, form, donor, here.setdefault(number, []), days, gone=gone, today=today)
        self._write(plan)

    def _forms(self, rows: pl.DataFrame, answers: list[str], verdicts: Verdicts) -> list[dict[str, Any] | None]:
        versions = rows["version"].to_list() if "version" in rows.columns else [None] * rows.height
        codes, standing = rows["form"].to_list(), verdicts.standing().to_list()
        forms = [
            self.forms.form(code, version) if code and stands else None
            for code, version, stands in zip(codes, versions, standing, strict=True)
        ]
        unknown = pl.Series([bool(stands) and form is None for form, stands in zip(forms, standing, strict=True)])
        verdicts.add(unknown, "form", "form.unknown", values=rows["form"])
        for name in answers:
            code = name.removeprefix(ANSWER)
            said = rows[name].is_not_null().to_list()
            unasked = pl.Series(
                [
                    form is not None and bool(told) and code not in {asked for asked, _ in form["questions"]}
                    for form, told in zip(forms, said, strict=True)
                ],
                dtype=pl.Boolean,
            )
            verdicts.add(unasked, name, "answer.unasked", values=rows["form"])
        return forms

    def _standing(self, donor_ids: pl.Series) -> dict[int, list[dict[str, Any]]]:
        """The consents the bank has of these donors."""
        ids = donor_ids.drop_nulls().unique().to_list()
        query = select(CONSENT).where(among(self.session.connection, CONSENT.c.donor_id, ids))
        here: dict[int, list[dict[str, Any]]] = {}
        for row in self.session.connection.execute(query).mappings():
            here.setdefault(row["donor_id"], []).append(dict(row))
        return here

    def _with_samples(self, donor_ids: pl.Series) -> set[int]:
        ids = donor_ids.drop_nulls().unique().to_list()
        query = select(SAMPLE.c.donor_id).where(among(self.session.connection, SAMPLE.c.donor_id, ids)).distinct()
        return set(self.session.connection.scalars(query))

    def _in_force(self, donors: pl.DataFrame, here: dict[int, list[dict[str, Any]]]) -> set[int]:
        """Active donors with a consent in force that stood before this file; a file does not withdraw it."""
        active = donors["id"].filter((donors["state"] == DonorState.ACTIVE).fill_null(value=False))
        return {
            number
            for number in active.drop_nulls().unique().to_list()
            if any(old["state"] == ConsentState.ACTIVE and old["id"] not in self.own for old in here.get(number, ()))
        }

    def _meet(self, donors: pl.DataFrame) -> None:
        """Note who of the donors had withdrawn before this file."""
        new = donors.filter(~pl.col("id").is_in(list(self.met)) & pl.col("id").is_not_null())
        self.gone |= set(new.filter(pl.col("state") == DonorState.WITHDRAWN)["id"])
        self.met |= set(new["id"])

    def _withdrawn(self, rows: pl.DataFrame) -> pl.Series:
        said = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
        if "withdrawn" in rows.columns:
            said |= rows["withdrawn"].is_not_null()
        if "state" in rows.columns:
            said |= (rows["state"] == "withdrawn").fill_null(value=False)
        return said

    def _plan(
        self,
        plan: _Plan,
        row: dict[str, Any],
        form: dict[str, Any],
        donor: dict[str, Any],
        here: list[dict[str, Any]],
        ended: list[str],
        *,
        gone: bool,
        today: str,
    ) -> None:
        given = row["given"][:10]
        profile = self.forms.profile(
            Profile(
                LegalBasis(form["basis"]),
                tuple(
                    Reply(code, row.get(ANSWER + code) or Answer.NOT_ASKED, parameter)
                    for code, parameter in form["questions"]
                ),
            )
        )
        follows = row.get("follows_withdrawal") == "yes"
        if any(
            (old["form_id"], old["given"], old["profile_id"]) == (form["id"], given, profile)
            and not (follows and old["state"] == ConsentState.WITHDRAWN)
            for old in here
        ):
            self.session.unchanged += 1
            return
        consent = {
            "donor_id": donor["id"],
            "form_id": form["id"],
            "profile_id": profile,
            "given": given,
            "expressed_by": row.get("expressed_by") or "donor",
            "expires": row.get("expires"),
            "withdrawn": (row.get("withdrawn") or self._at()) if gone else None,
            "state": str(ConsentState.WITHDRAWN),
            "document": row.get("document"),
            "source": row.get("source"),
            "revision": 1,
        }
        if follows:
            self.following.add(_of_form(consent))
        standing = [old for old in here if old["state"] == ConsentState.ACTIVE]
        plan.consents.append(consent)
        here.append(consent)
        self.session.created += 1
        if gone:
            self._end(plan, consent, standing, ended)
            return
        consent["state"] = str(self._state(consent, row.get("state"), standing, ended, today))
        if consent["state"] == ConsentState.ACTIVE:
            for old in standing:
                old["state"] = str(ConsentState.SUPERSEDED)
                if "id" in old:
                    plan.changed[old["id"]] = {"state": ConsentState.SUPERSEDED}
            plan.profiles[donor["id"]] = profile
            if donor["id"] in self.gone:
                # As by the act: who consents anew takes part again; the hold stands until somebody releases it.
                self.gone.discard(donor["id"])
                plan.withdrawn.pop(donor["id"], None)
                plan.back.add(donor["id"])

    def _state(
        self,
        consent: dict[str, Any],
        said: str | None,
        standing: list[dict[str, Any]],
        ended: list[str],
        today: str,
    ) -> ConsentState:
        """What a consent is that the row does not call withdrawn."""
        given, expires = consent["given"], consent["expires"]
        later = any(old["given"] > given for old in standing)
        expired = expires is not None and expires[:10] < today
        state = ConsentState(
            said or (ConsentState.SUPERSEDED if later else ConsentState.EXPIRED if expired else ConsentState.ACTIVE)
        )
        # What was answered before a withdrawal, or on its day, is history, whatever the file says of it.
        follows = _of_form(consent) in self.following
        if state is ConsentState.ACTIVE and not outlasts(given, ended, follows=follows):
            return ConsentState.SUPERSEDED
        return state

    def _end(self, plan: _Plan, consent: dict[str, Any], standing: list[dict[str, Any]], ended: list[str]) -> None:
        """A withdrawal ends what stands, unless a consent stands that came after it; then it is history."""
        day = consent["withdrawn"][:10]
        ended.append(day)
        after = [old for old in standing if outlasts(old["given"], [day], follows=_of_form(old) in self.following)]
        if after or consent["donor_id"] in self.gone:
            return
        for old in standing:
            marked = {"state": str(ConsentState.WITHDRAWN), "withdrawn": consent["withdrawn"]}
            old.update(marked)
            if "id" in old:
                plan.changed[old["id"]] = marked
        self.gone.add(consent["donor_id"])
        plan.profiles[consent["donor_id"]] = None
        plan.withdrawn[consent["donor_id"]] = consent["withdrawn"]

    def _at(self) -> str:
        return self.session.tx.at if self.session.tx is not None else ""

    def _write(self, plan: _Plan) -> None:
        session = self.session
        if not plan.consents:
            return
        first = session.allocate("consent", len(plan.consents))
        session.add(CONSENT, [{"id": number, **consent} for number, consent in enumerate(plan.consents, first)])
        self.own.update(range(first, first + len(plan.consents)))
        session.change(CONSENT, plan.changed)
        session.change(DONOR, {donor: {"state": DonorState.ACTIVE} for donor in plan.back})
        if plan.withdrawn and session.tx is not None:
            session.change(DONOR, {donor: {"state": DonorState.WITHDRAWN} for donor in plan.withdrawn})
            number = session.allocate("hold", len(plan.withdrawn))
            session.add(
                HOLD,
                [
                    {
                        "id": number + place,
                        "kind": HoldKind.CONSENT,
                        "noun": "donor",
                        "target_id": donor,
                        "reason": "withdrawn",
                        "person_id": session.tx.actor.person_id,
                        "laid": session.tx.at,
                        "released": None,
                    }
                    for place, donor in enumerate(plan.withdrawn)
                ],
            )
            row = session.allocate("withdrawal", len(plan.withdrawn))
            session.add(
                WITHDRAWAL,
                [
                    {
                        "id": row + place,
                        "donor_id": donor,
                        "made": session.tx.at,
                        "outcome": Outcome.DESTROY,
                        "pools": PoolPolicy.HOLD,
                        "hold_id": number + place,
                        "profile_id": None,
                        "entry": session.tx.number,
                        "settled": None,
                    }
                    for place, donor in enumerate(plan.withdrawn)
                ],
            )
        if session.writing and session.tx is not None:
            self.judged_anew |= plan.profiles.keys()
            bring_into_force(session.tx, plan.profiles)

    def settle(self) -> None:
        """Nothing is left for the end."""


class _Plan:
    """What a slice of consents comes to."""

    def __init__(self) -> None:
        self.consents: list[dict[str, Any]] = []
        self.changed: dict[int, dict[str, Any]] = {}
        self.profiles: dict[int, int | None] = {}
        self.withdrawn: dict[int, str] = {}
        self.back: set[int] = set()


def _of_form(consent: dict[str, Any]) -> tuple[int, int, str]:
    return consent["donor_id"], consent["form_id"], consent["given"]


def _known(
    rows: pl.DataFrame, forms: list[dict[str, Any] | None], donors: pl.DataFrame, here: dict[int, list[dict[str, Any]]]
) -> pl.Series:
    """Which rows tell of a consent that the bank has as withdrawn already."""
    return pl.Series(
        [
            form is not None
            and any(
                (old["state"], old["form_id"], old["given"]) == (ConsentState.WITHDRAWN, form["id"], given[:10])
                for old in here.get(number, ())
            )
            for form, number, given in zip(forms, donors["id"], rows["given"].fill_null(""), strict=True)
        ],
        dtype=pl.Boolean,
    )


def _keys(rows: pl.DataFrame, standing: pl.Series) -> list[str | None]:
    """What makes a consent one: donor, form and day, and what it follows; nothing for rows that do not stand."""
    follows = rows["follows_withdrawal"] if "follows_withdrawal" in rows.columns else [None] * rows.height
    return [
        f"{donor}\t{form}\t{given}\t{after == 'yes'}" if stands else None
        for donor, form, given, after, stands in zip(
            rows["donor"], rows["form"], rows["given"], follows, standing, strict=True
        )
    ]
