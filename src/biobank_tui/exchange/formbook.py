"""The consent forms a file names, those its map makes, and the distinct sets of answers on them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, select

from biobank_tui.exchange.maps import NewForm
from biobank_tui.exchange.session import Session
from biobank_tui.model.tables import CONSENT_FORM, CONSENT_PROFILE, FORM_PERMISSION
from biobank_tui.rules.duo import permission
from biobank_tui.rules.profiles import Profile


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
