"""The committee scores proposals; who has an interest in one leaves it to others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import RowMapping, select

from biobank_tui.actions.projects import ProjectStanding, found_project, move_project
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.model.tables import SCORE
from biobank_tui.queries.calls import criteria_in
from biobank_tui.queries.interests import SENTENCES, Interest, interest, organisation_of
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ProjectState
from biobank_tui.rules.permissions import Verb
from biobank_tui.rules.scoring import MOST_POINTS, checked_points, weighed
from biobank_tui.rules.text import controls


@dataclass(frozen=True, slots=True)
class NewScore:
    """Points from 0 to 10 as one figure, or marks by the call's criteria; or a conflict of interest instead."""

    project: str
    points: float | None = None
    conflict: str | None = None
    comment: str | None = None
    marks: Mapping[str, float] = field(default_factory=dict)


def score(bank: Bank, actor: Actor, new: NewScore) -> ProjectStanding:
    """Give a proposal points, or declare a conflict of interest; scoring again replaces one's own score.

    A declared conflict stands, and takes the place of points given before.
    """
    conflict, comment = _text(new.conflict), _text(new.comment)
    if (new.points is not None) + bool(new.marks) + (conflict is not None) != 1:
        raise Refused(
            "score.either", "Give points from 0 to {most}, or declare a conflict of interest.", most=MOST_POINTS
        )
    if new.points is not None:
        checked_points(new.points)
    with bank.transaction(actor, Verb.PROJECT_SCORE) as tx:
        project = found_project(tx, new.project)
        if project["state"] not in (ProjectState.PROPOSED, ProjectState.SCORED):
            raise Refused(
                "score.decided", "{project} is {state}; it is no longer scored.",
                project=project["code"], state=project["state"],
            )  # fmt: skip
        if conflict is None:
            _refuse_interested(tx, project)
        points = weighed(new.marks, criteria_in(tx.connection, project["year"])) if new.marks else new.points
        marks = json.dumps(dict(new.marks), sort_keys=True) if new.marks else None
        values = {"points": points, "marks": marks, "conflict": conflict, "comment": comment}
        own = tx.connection.scalar(
            select(SCORE.c.id).where(SCORE.c.project_id == project["id"], SCORE.c.person_id == actor.person_id)
        )
        if own is None:
            tx.add(SCORE, project_id=project["id"], person_id=actor.person_id, **values)
        else:
            tx.update(SCORE, {own: values})
        state = project["state"]
        if state == ProjectState.PROPOSED and points is not None:
            state = move_project(tx, project, ProjectState.SCORED)
        return ProjectStanding(project["id"], project["code"], state)


def _refuse_interested(tx: Transaction, project: RowMapping) -> None:
    kind = interest(tx.connection, project, tx.actor.person_id)
    if kind is None:
        return
    code, sentence = SENTENCES[kind]
    facts = {"project": project["code"]}
    if kind is Interest.ORGANISATION and tx.actor.person_id is not None:
        facts["organisation"] = organisation_of(tx.connection, tx.actor.person_id) or ""
    raise Refused(code, sentence, **facts)


def _text(text: str | None) -> str | None:
    cleaned = text.strip() if text else ""
    found = controls(cleaned, allowed="\n\t") if cleaned else None
    if found is not None:
        raise Refused("score.text", "A remark is plain text; it holds {character}.", character=found)
    return cleaned or None
