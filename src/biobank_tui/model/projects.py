"""Projects, what they ask for, what was decided, and what was set aside for them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from biobank_tui.model.columns import STRICT, key, link, one_of, real, text, whole
from biobank_tui.rules.lifecycles import ProjectState, RequestState, ReservationState, Turn


class LineKind(StrEnum):
    CRITERIA = "criteria"
    SAMPLES = "samples"


class PickState(StrEnum):
    TO_PICK = "to_pick"
    PICKED = "picked"
    MISSING = "missing"
    DROPPED = "dropped"


class Vote(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    CHANGES = "changes"


class Project(SQLModel, table=True):
    """A project. purpose: what it is for, coded (rules.consent.Purpose as JSON); nothing coded is refused everything.

    quota: most samples it may hold and have received. year: of the call it was proposed in. decided, grounds: when it
    was selected or declined, and why.
    """

    __table_args__ = (one_of("state", ProjectState), STRICT)

    id: int = key()
    code: str = text(unique=True)
    title: str = text()
    summary: str | None = text(nullable=True)
    lead_id: int = link("person.id")
    organisation_id: int = link("organisation.id")
    purpose: str | None = text(nullable=True)
    ethics_reference: str | None = text(nullable=True)
    ethics_expires: str | None = text(nullable=True)
    export_authorisation: str | None = text(nullable=True)
    quota: int | None = whole(nullable=True)
    year: int = whole()
    state: ProjectState = text(default=ProjectState.PROPOSED)
    decided: str | None = text(nullable=True)
    grounds: str | None = text(nullable=True)


class ProjectMember(SQLModel, table=True):
    """A person or an organisation of the team; a commercial organisation makes the project commercial."""

    __tablename__ = "project_member"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="person_or_organisation"),
        Index("project_member_project", "project_id"),
        STRICT,
    )

    id: int = key()
    project_id: int = link("project.id")
    person_id: int | None = link("person.id", nullable=True)
    organisation_id: int | None = link("organisation.id", nullable=True)
    left: str | None = text(nullable=True)


class Score(SQLModel, table=True):
    """One committee member's score of a proposal, 0 to 10, or a declared conflict of interest.

    marks: points by criterion as JSON, of which `points` is the weighted mean; none where one figure was given.
    """

    __table_args__ = (
        UniqueConstraint("project_id", "person_id", name="score_once"),
        CheckConstraint("points IS NULL OR points BETWEEN 0 AND 10", name="points_range"),
        STRICT,
    )

    id: int = key()
    project_id: int = link("project.id")
    person_id: int = link("person.id")
    points: float | None = real()
    marks: str | None = text(nullable=True)
    conflict: str | None = text(nullable=True)
    comment: str | None = text(nullable=True)


class Agreement(SQLModel, table=True):
    """A transfer agreement (MTA) with a party, signed and in date or not.

    document: SHA-256 (hex) of the signed document. ended: when it was called off.
    """

    __table_args__ = (Index("agreement_project", "project_id"), STRICT)

    id: int = key()
    project_id: int = link("project.id")
    organisation_id: int = link("organisation.id")
    reference: str = text()
    signed: str | None = text(nullable=True)
    expires: str | None = text(nullable=True)
    document: str | None = text(nullable=True)
    ended: str | None = text(nullable=True)


class Request(SQLModel, table=True):
    """What a project asks for. turn: whose move it is, turn_since: from when."""

    __table_args__ = (
        one_of("state", RequestState),
        one_of("turn", Turn),
        Index("request_project", "project_id"),
        Index("request_turn", "turn", "turn_since"),
        STRICT,
    )

    id: int = key()
    code: str = text(unique=True)
    project_id: int = link("project.id")
    title: str = text()
    state: RequestState = text(default=RequestState.DRAFT)
    turn: Turn = text(default=Turn.LEAD)
    turn_since: str = text()
    created: str = text()


class RequestLine(SQLModel, table=True):
    """One line: samples by criteria (the filter language) or by name. least: base units each must still hold.

    granted: how many of those asked were approved; all of them where nothing is said.
    """

    __tablename__ = "request_line"
    __table_args__ = (
        one_of("kind", LineKind),
        CheckConstraint("asked > 0", name="asked_positive"),
        CheckConstraint("granted IS NULL OR granted BETWEEN 0 AND asked", name="granted_of_asked"),
        UniqueConstraint("request_id", "place", name="request_line_place"),
        STRICT,
    )

    id: int = key()
    request_id: int = link("request.id")
    place: int = whole()
    kind: LineKind = text()
    criteria: str | None = text(nullable=True)
    asked: int = whole()
    granted: int | None = whole(nullable=True)
    least: int | None = whole(nullable=True)
    least_unit: str | None = text(nullable=True)


class RequestSample(SQLModel, table=True):
    """A sample named in a line."""

    __tablename__ = "request_sample"
    __table_args__ = (UniqueConstraint("line_id", "sample_id", name="request_sample_once"), STRICT)

    id: int = key()
    line_id: int = link("request_line.id")
    sample_id: int = link("sample.id")


class Decision(SQLModel, table=True):
    """One committee member's vote on a request, with its reason."""

    __table_args__ = (one_of("vote", Vote), Index("decision_request", "request_id"), STRICT)

    id: int = key()
    request_id: int = link("request.id")
    person_id: int = link("person.id")
    vote: Vote = text()
    reason: str | None = text(nullable=True)
    decided: str = text()


class Message(SQLModel, table=True):
    """A word between the project and those who review its request.

    facts: of a notice the bank gives by itself, as JSON; its body is then a sentence they fill.
    """

    __table_args__ = (Index("message_request", "request_id"), STRICT)

    id: int = key()
    request_id: int = link("request.id")
    person_id: int = link("person.id")
    said: str = text()
    body: str = text()
    facts: str | None = text(nullable=True)


class Reservation(SQLModel, table=True):
    """A sample set aside for a request; the partial unique index lets only one stand.

    noticed: when its project was told that it runs out soon.
    """

    __table_args__ = (
        one_of("state", ReservationState),
        Index(
            "reservation_standing",
            "sample_id",
            unique=True,
            sqlite_where=sql("state = 'active'"),
            postgresql_where=sql("state = 'active'"),
        ),
        Index("reservation_request", "request_id", "state", "sample_id"),
        Index(
            "reservation_expiry",
            "expires",
            sqlite_where=sql("state = 'active'"),
            postgresql_where=sql("state = 'active'"),
        ),
        Index("reservation_sample", "sample_id"),
        STRICT,
    )

    id: int = key()
    sample_id: int = link("sample.id")
    request_id: int = link("request.id")
    line_id: int = link("request_line.id")
    state: ReservationState = text(default=ReservationState.ACTIVE)
    made: str = text()
    expires: str | None = text(nullable=True)
    noticed: str | None = text(nullable=True)
    ended: str | None = text(nullable=True)
    why: str | None = text(nullable=True)


class PickList(SQLModel, table=True):
    """Reserved samples to be pulled, in walking order."""

    __tablename__ = "pick_list"
    __table_args__ = (Index("pick_list_open", "closed"), STRICT)

    id: int = key()
    code: str = text(unique=True)
    request_id: int = link("request.id")
    made: str = text()
    closed: str | None = text(nullable=True)


class PickItem(SQLModel, table=True):
    """One tube of a pick list; place: its turn in the walk, from 1."""

    __tablename__ = "pick_item"
    __table_args__ = (
        one_of("state", PickState),
        UniqueConstraint("pick_list_id", "sample_id", name="pick_item_once"),
        Index("pick_item_sample", "sample_id"),
        STRICT,
    )

    id: int = key()
    pick_list_id: int = link("pick_list.id")
    sample_id: int = link("sample.id")
    reservation_id: int = link("reservation.id")
    place: int = whole()
    state: PickState = text(default=PickState.TO_PICK)
    done: str | None = text(nullable=True)
    note: str | None = text(nullable=True)
