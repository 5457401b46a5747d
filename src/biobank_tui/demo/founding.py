"""How the demonstration bank begins: partners, people, studies, and consent forms with their questions."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from random import Random

from biobank_tui.actions import consents, parties
from biobank_tui.bank import in_force
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.transaction import Actor, Transaction
from biobank_tui.demo.calendar import MovingClock
from biobank_tui.demo.catalogue import FORMS, ORGANISATIONS, PEOPLE, STUDIES, Form
from biobank_tui.demo.cohort import Answers
from biobank_tui.demo.staff import acting
from biobank_tui.model import tables
from biobank_tui.rules.consent import Answer, LegalBasis, Profile
from biobank_tui.rules.profiles import Reply

ADMINISTRATOR = "admin"
DRAWS = 4000


def welcome(bank: Bank, clock: MovingClock) -> None:
    """Partners join and people get their logins."""
    admin = acting(bank, ADMINISTRATOR)
    parties.settle(bank, admin, ORGANISATIONS[0][0], ORGANISATIONS[0][4])
    for code, name, kind, commercial, country in ORGANISATIONS[1:]:
        clock.pass_minutes(7)
        parties.add_organisation(bank, admin, parties.NewOrganisation(code, name, kind, commercial, country))
    for login, name, organisation, roles in PEOPLE:
        clock.pass_minutes(3)
        parties.add_person(bank, admin, parties.NewPerson(login, name, organisation, roles))


def publish_forms(bank: Bank, actor: Actor) -> tuple[int, ...]:
    """Every form of the catalogue, with its coded questions; their ids."""
    return tuple(consents.add_form(bank, actor, _new_form(form)) for form in FORMS)


def _new_form(form: Form) -> consents.NewForm:
    named = f"{form.code}/{form.version}/{form.language}"
    return consents.NewForm(
        form.code,
        form.version,
        form.title,
        tuple(question for question, _yes in form.questions),
        form.language,
        form.basis,
        f"{form.since}-01-01",
        f"{form.until}-01-01" if form.until else None,
        hashlib.sha256(named.encode()).hexdigest(),
    )


def collect_answers(tx: Transaction, forms: Sequence[int], random: Random, each: int) -> tuple[Answers, ...]:
    """The commonest `each` sets of answers to every form, stored as profiles."""
    found = []
    for form, form_id in zip(FORMS, forms, strict=True):
        drawn = Counter(tuple(_answer(random, yes) for _question, yes in form.questions) for _ in range(DRAWS))
        common = drawn.most_common(each)
        profiles = tuple(in_force.profile_id(tx, _profile(form, answers)) for answers, _n in common)
        found.append(Answers(form, form_id, profiles, tuple(accumulate(float(n) for _answers, n in common))))
    return tuple(found)


def _answer(random: Random, yes: float) -> Answer:
    chance = random.random()
    # What is not answered with yes was mostly answered with no; now and then it was left open.
    return Answer.YES if chance < yes else Answer.NO if chance < yes + (1 - yes) * 0.8 else Answer.NOT_ASKED


def _profile(form: Form, answers: Sequence[Answer]) -> Profile:
    questions = [question.partition(":") for question, _yes in form.questions]
    return Profile(
        LegalBasis(form.basis),
        tuple(
            Reply(code, answer, parameter or None)
            for (code, _colon, parameter), answer in zip(questions, answers, strict=True)
        ),
    )


def open_studies(tx: Transaction) -> tuple[tuple[int, str], ...]:
    """The studies donors are enrolled in: id and code."""
    return tuple((tx.add(tables.STUDY, code=code, title=title), code) for code, title in STUDIES)
