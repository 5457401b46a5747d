"""Consents: what donors answered, the forms they answered on, and the profile in force for them and their samples."""

from __future__ import annotations

from typing import Any, Final

import polars as pl
from sqlalchemy import RowMapping, select

from biobank_tui.bank.dialects import among
from biobank_tui.bank.in_force import bring_into_force
from biobank_tui.exchange.donorbook import DonorBook
from biobank_tui.exchange.maps import NewForm
from biobank_tui.exchange.repeats import Repeats
from biobank_tui.exchange.session import Session
from biobank_tui.exchange.validating import Verdicts
from biobank_tui.model.tables import (
    CONSENT,
    CONSENT_FORM,
    CONSENT_PROFILE,
    DONOR,
    FORM_PERMISSION,
    HOLD,
    SAMPLE,
    WITHDRAWAL,
)
from biobank_tui.rules.duo import permission
from biobank_tui.rules.lifecycles import ConsentState, DonorState, HoldKind
from biobank_tui.rules.profiles import Answer, LegalBasis, Profile, Reply
from biobank_tui.rules.withdrawing import Outcome, PoolPolicy

ANSWER: Final = "answer."


class FormBook:
    """The forms a file names, and those the map makes; and the profiles of answers on them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.forms: dict[tuple[str, str | None], dict[str, Any] | None] = {}
        self.profiles: dict[str, int] = {}

    def form(self, code: str, version: str | None) -> dict[str, Any] | None:
        """The form with its `questions` (permission, parameter); nothing where there is none of that code."""
        if (code, version) not in self.forms:
            self.forms[(code, version)] = self._fetched(code, version) or self._made(code, version)
        return self.forms[(code, version)]

    def _fetched(self, code: str, version: str | None) -> dict[str, Any] | None:
        query = select(CONSENT_FORM).where(CONSENT_FORM.c.code == code).order_by(CONSENT_FORM.c.id.desc())
        if version is not None:
            query = query.where(CONSENT_FORM.c.version == version)
        row: RowMapping | None = self.session.connection.execute(query).mappings().first()
        if row is None:
            return None
        asked = select(FORM_PERMISSION.c.permission, FORM_PERMISSION.c.parameter).where(
            FORM_PERMISSION.c.form_id == row["id"]
        )
        return {**row, "questions": [tuple(each) for each in self.session.connection.execute(asked)]}

    def _made(self, code: str, version: str | None) -> dict[str, Any] | None:
        new = self.session.map.new_forms.get(code)
        if new is None or version not in (None, new.version):
            return None
        number = self.session.allocate("consent_form", 1)
        row: dict[str, Any] = {
            "id": number,
            "code": new.code,
            "version": new.version,
            "language": new.language,
            "title": new.title,
            "basis": new.basis,
            "valid_from": None,
            "valid_to": None,
            "digest": None,
        }
        questions = _questions(new)
        self.session.add(CONSENT_FORM, [row])
        first = self.session.allocate("form_permission", len(questions))
        self.session.add(
            FORM_PERMISSION,
            [
                {"id": first + place, "form_id": number, "permission": code, "parameter": parameter, "wording": None}
                for place, (code, parameter) in enumerate(questions)
            ],
        )
        self.session.made["forms"] += 1
        return {**row, "questions": questions}

    def profile(self, profile: Profile) -> int:
        """The id of a set of answers, stored once."""
        digest = profile.digest
        if digest not in self.profiles:
            known = select(CONSENT_PROFILE.c.id).where(CONSENT_PROFILE.c.digest == digest)
            number = self.session.connection.scalar(known)
            if number is None:
                number = self.session.allocate("consent_profile", 1)
                self.session.add(CONSENT_PROFILE, [{"id": number, "digest": digest, "answers": profile.to_json()}])
            self.profiles[digest] = number
        return self.profiles[digest]


def _questions(form: NewForm) -> list[tuple[str, str | None]]:
    asked = []
    for text in form.permissions:
        code, _colon, parameter = text.partition(":")
        asked.append((str(permission(code.strip())), parameter.strip() or None))
    return asked


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
        verdicts.add(
            withdrawn & donors["id"].is_in(list(with_samples | in_force)),
            "donor",
            "consent.withdraw",
            values=rows["donor"],
        )
        ended = self._withdrawals(donors, here)
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

    def _withdrawals(self, donors: pl.DataFrame, here: dict[int, list[dict[str, Any]]]) -> dict[int, list[str]]:
        """The days donors withdrew; by the hold where somebody withdrew who had no consent to mark."""
        days: dict[int, list[str]] = {}
        for number, consents in here.items():
            days[number] = [old["withdrawn"][:10] for old in consents if old["withdrawn"] is not None]
        gone = donors["id"].filter((donors["state"] == DonorState.WITHDRAWN).fill_null(value=False))
        undated = [number for number in gone.drop_nulls().unique().to_list() if not days.get(number)]
        if undated:
            query = select(HOLD.c.target_id, HOLD.c.laid).where(
                HOLD.c.kind == HoldKind.CONSENT,
                HOLD.c.noun == "donor",
                among(self.session.connection, HOLD.c.target_id, undated),
            )
            for row in self.session.connection.execute(query):
                days.setdefault(row.target_id, []).append(row.laid[:10])
        return days

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
        if any((old["form_id"], old["given"], old["profile_id"]) == (form["id"], given, profile) for old in here):
            self.session.unchanged += 1
            return
        expires = row.get("expires")
        standing = [old for old in here if old["state"] == ConsentState.ACTIVE]
        later = any(old["given"] > given for old in standing)
        expired = expires is not None and expires[:10] < today
        state = row.get("state") or (
            ConsentState.SUPERSEDED if later else ConsentState.EXPIRED if expired else ConsentState.ACTIVE
        )
        state = ConsentState.WITHDRAWN if gone else ConsentState(state)
        # What was answered before a withdrawal is history, whatever the file says of it.
        if state is ConsentState.ACTIVE and any(given[: len(day)] <= day for day in ended):
            state = ConsentState.SUPERSEDED
        consent = {
            "donor_id": donor["id"],
            "form_id": form["id"],
            "profile_id": profile,
            "given": given,
            "expressed_by": row.get("expressed_by") or "donor",
            "expires": expires,
            "withdrawn": (row.get("withdrawn") or self._at()) if gone else None,
            "state": str(state),
            "document": row.get("document"),
            "source": row.get("source"),
            "revision": 1,
        }
        plan.consents.append(consent)
        here.append(consent)
        self.session.created += 1
        if state is ConsentState.ACTIVE:
            for old in standing:
                old["state"] = str(ConsentState.SUPERSEDED)
                if "id" in old:
                    plan.superseded.append(old["id"])
            plan.profiles[donor["id"]] = profile
        elif gone:
            plan.profiles[donor["id"]] = None
            plan.withdrawn[donor["id"]] = consent["withdrawn"] or ""
            ended.append(plan.withdrawn[donor["id"]][:10])

    def _at(self) -> str:
        return self.session.tx.at if self.session.tx is not None else ""

    def _write(self, plan: _Plan) -> None:
        session = self.session
        if not plan.consents:
            return
        first = session.allocate("consent", len(plan.consents))
        session.add(CONSENT, [{"id": number, **consent} for number, consent in enumerate(plan.consents, first)])
        self.own.update(range(first, first + len(plan.consents)))
        session.change(CONSENT, {number: {"state": ConsentState.SUPERSEDED} for number in plan.superseded})
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
        self.superseded: list[int] = []
        self.profiles: dict[int, int | None] = {}
        self.withdrawn: dict[int, str] = {}


def _keys(rows: pl.DataFrame, standing: pl.Series) -> list[str | None]:
    """What makes a consent one: donor, form and day; nothing for rows that do not stand."""
    return [
        f"{donor}\t{form}\t{given}" if stands else None
        for donor, form, given, stands in zip(rows["donor"], rows["form"], rows["given"], standing, strict=True)
    ]
