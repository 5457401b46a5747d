"""Who may do what: one table of verbs and roles, and how far a grant reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from biobank_tui.rules.errors import Denied


class Role(StrEnum):
    TECHNICIAN = "technician"
    PROJECT_LEAD = "project_lead"
    COMMITTEE = "committee"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Verb(StrEnum):
    """Every act a person can do; the ledger's word for it."""

    BANK_CREATE = "bank.create"
    BANK_SETTING = "bank.setting"
    BANK_READ = "bank.read"
    BANK_BACKUP = "bank.backup"
    BANK_REPAIR = "bank.repair"
    ORGANISATION_ADD = "organisation.add"
    ORGANISATION_EDIT = "organisation.edit"
    PERSON_ADD = "person.add"
    PERSON_GRANT = "person.grant"
    PERSON_PASSWORD = "person.password"
    STORAGE_ADD = "storage.add"
    STORAGE_MOVE = "storage.move"
    STORAGE_SERVICE = "storage.service"
    STORAGE_EDIT = "storage.edit"
    STORAGE_FAIL = "storage.fail"
    STORAGE_PLAN = "storage.plan"
    STORAGE_VERIFY = "storage.verify"
    DONOR_ADD = "donor.add"
    DONOR_EDIT = "donor.edit"
    COLLECTION_AUTHORISE = "collection.authorise"
    CONSENT_FORM = "consent.form"
    CONSENT_RECORD = "consent.record"
    CONSENT_WITHDRAW = "consent.withdraw"
    CONSENT_NARROW = "consent.narrow"
    CONSENT_EXPIRE = "consent.expire"
    CONSENT_SETTLE = "consent.settle"
    SAMPLE_REGISTER = "sample.register"
    SAMPLE_RECEIVE = "sample.receive"
    SAMPLE_EDIT = "sample.edit"
    SAMPLE_PLACE = "sample.place"
    SAMPLE_CHECKOUT = "sample.checkout"
    SAMPLE_RETURN = "sample.return"
    SAMPLE_ALIQUOT = "sample.aliquot"
    SAMPLE_DERIVE = "sample.derive"
    SAMPLE_POOL = "sample.pool"
    SAMPLE_HOLD = "sample.hold"
    SAMPLE_RELEASE = "sample.release"
    SAMPLE_CONSUME = "sample.consume"
    SAMPLE_DESTROY = "sample.destroy"
    SAMPLE_MISSING = "sample.missing"
    PROJECT_CALL = "project.call"
    PROJECT_PROPOSE = "project.propose"
    PROJECT_SCORE = "project.score"
    PROJECT_DECIDE = "project.decide"
    PROJECT_TEAM = "project.team"
    PROJECT_AMEND = "project.amend"
    REQUEST_NEW = "request.new"
    REQUEST_SUBMIT = "request.submit"
    REQUEST_CANCEL = "request.cancel"
    REQUEST_REVIEW = "request.review"
    REQUEST_MESSAGE = "request.message"
    REQUEST_CLOSE = "request.close"
    REQUEST_RESERVE = "request.reserve"
    REQUEST_RELEASE = "request.release"
    REQUEST_WAIT = "request.wait"
    REQUEST_SWEEP = "request.sweep"
    REQUEST_TRANSFER = "request.transfer"
    REQUEST_PICK = "request.pick"
    SHIPMENT_PACK = "shipment.pack"
    SHIPMENT_DISPATCH = "shipment.dispatch"
    SHIPMENT_RECEIVE = "shipment.receive"
    VISIT_TEMPLATE = "visit.template"
    SHIPMENT_RETURN = "shipment.return"
    SHIPMENT_LOSE = "shipment.lose"
    SHIPMENT_CLOSE = "shipment.close"
    AGREEMENT_ADD = "agreement.add"
    AGREEMENT_END = "agreement.end"
    DATA_RELEASE = "data.release"
    RESULT_RETURN = "result.return"
    LABEL_PRINT = "label.print"
    IMPORT = "import"
    EXPORT = "export"
    LEDGER_READ = "ledger.read"
    UNDO = "act.undo"


T, L, C, M, U, A = (
    Role.TECHNICIAN,
    Role.PROJECT_LEAD,
    Role.COMMITTEE,
    Role.MANAGER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)

PERMISSIONS: dict[Verb, tuple[Role, ...]] = {
    Verb.BANK_CREATE: (A,),
    Verb.BANK_SETTING: (M, A),
    Verb.BANK_READ: (T, L, C, M, U, A),
    Verb.BANK_BACKUP: (M, A),
    Verb.BANK_REPAIR: (M, A),
    Verb.ORGANISATION_ADD: (M, A),
    Verb.ORGANISATION_EDIT: (M, A),
    Verb.PERSON_ADD: (A,),
    Verb.PERSON_GRANT: (A,),
    Verb.PERSON_PASSWORD: (A,),
    Verb.STORAGE_ADD: (T, M),
    Verb.STORAGE_MOVE: (T, M),
    Verb.STORAGE_SERVICE: (T, M),
    Verb.STORAGE_EDIT: (T, M),
    Verb.STORAGE_FAIL: (T, M),
    Verb.STORAGE_PLAN: (T, M),
    Verb.STORAGE_VERIFY: (T, M),
    Verb.DONOR_ADD: (T, M),
    Verb.DONOR_EDIT: (T, M),
    Verb.COLLECTION_AUTHORISE: (M,),
    Verb.CONSENT_FORM: (M,),
    Verb.CONSENT_RECORD: (T, M),
    Verb.CONSENT_WITHDRAW: (M,),
    Verb.CONSENT_NARROW: (M,),
    Verb.CONSENT_EXPIRE: (T, M),
    Verb.CONSENT_SETTLE: (M,),
    Verb.SAMPLE_REGISTER: (T, M),
    Verb.SAMPLE_RECEIVE: (T, M),
    Verb.SAMPLE_EDIT: (T, M),
    Verb.SAMPLE_PLACE: (T, M),
    Verb.SAMPLE_CHECKOUT: (T, M),
    Verb.SAMPLE_RETURN: (T, M),
    Verb.SAMPLE_ALIQUOT: (T, M),
    Verb.SAMPLE_DERIVE: (T, M),
    Verb.SAMPLE_POOL: (T, M),
    Verb.SAMPLE_HOLD: (T, M),
    Verb.SAMPLE_RELEASE: (M,),
    Verb.SAMPLE_CONSUME: (T, M),
    Verb.SAMPLE_DESTROY: (M,),
    Verb.SAMPLE_MISSING: (T, M),
    Verb.PROJECT_CALL: (M,),
    Verb.PROJECT_PROPOSE: (L, M),
    Verb.PROJECT_SCORE: (C,),
    Verb.PROJECT_DECIDE: (C, M),
    Verb.PROJECT_TEAM: (L, M),
    Verb.PROJECT_AMEND: (M,),
    Verb.REQUEST_NEW: (L, M),
    Verb.REQUEST_SUBMIT: (L, M),
    Verb.REQUEST_CANCEL: (L, M),
    Verb.REQUEST_REVIEW: (C, M),
    Verb.REQUEST_MESSAGE: (T, L, C, M),
    Verb.REQUEST_CLOSE: (T, M),
    Verb.REQUEST_RESERVE: (T, M),
    Verb.REQUEST_RELEASE: (T, M),
    Verb.REQUEST_WAIT: (T, L, M),
    Verb.REQUEST_SWEEP: (T, M),
    Verb.REQUEST_TRANSFER: (C, M),
    Verb.REQUEST_PICK: (T, M),
    Verb.SHIPMENT_PACK: (T, M),
    Verb.SHIPMENT_DISPATCH: (T, M),
    Verb.SHIPMENT_RECEIVE: (T, L, M),
    Verb.VISIT_TEMPLATE: (T, M),
    Verb.SHIPMENT_RETURN: (T, M),
    Verb.SHIPMENT_LOSE: (M,),
    Verb.SHIPMENT_CLOSE: (T, M),
    Verb.AGREEMENT_ADD: (M,),
    Verb.AGREEMENT_END: (M,),
    Verb.DATA_RELEASE: (M,),
    Verb.RESULT_RETURN: (L, M),
    Verb.LABEL_PRINT: (T, M),
    Verb.IMPORT: (M,),
    Verb.EXPORT: (L, M),
    Verb.LEDGER_READ: (M, U, A),
    Verb.UNDO: (T, M),
}

NEEDS_REASON = frozenset(
    {
        Verb.STORAGE_FAIL,
        Verb.CONSENT_WITHDRAW,
        Verb.CONSENT_NARROW,
        Verb.CONSENT_SETTLE,
        Verb.SAMPLE_DESTROY,
        Verb.SAMPLE_EDIT,
        Verb.SAMPLE_HOLD,
        Verb.SAMPLE_RELEASE,
        Verb.REQUEST_TRANSFER,
        Verb.SHIPMENT_LOSE,
        Verb.AGREEMENT_END,
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role somebody holds: everywhere, or within one organisation, or within one project (ids)."""

    role: Role
    organisation_id: int | None = None
    project_id: int | None = None

    @property
    def everywhere(self) -> bool:
        return self.organisation_id is None and self.project_id is None


def roles_for(verb: Verb, grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """The grants by which the verb may be done at all, the widest first; Denied where there is none."""
    fitting = [grant for grant in grants if grant.role in PERMISSIONS[verb]]
    if not fitting:
        raise Denied(
            "permission.role",
            "{verb} is not yours to do: it needs one of the roles {roles}.",
            verb=str(verb),
            roles=", ".join(PERMISSIONS[verb]),
        )
    return tuple(sorted(fitting, key=lambda grant: not grant.everywhere))


def reaches(
    grants: Iterable[Grant], organisations: frozenset[int] = frozenset(), project_id: int | None = None
) -> bool:
    """Whether the grants together cover all organisations touched, or the project touched."""
    held = tuple(grants)
    if any(grant.everywhere for grant in held):
        return True
    if project_id is not None and any(grant.project_id == project_id for grant in held):
        return True
    own = {grant.organisation_id for grant in held if grant.organisation_id is not None}
    return bool(organisations) and organisations <= own
