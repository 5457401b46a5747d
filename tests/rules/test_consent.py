"""Consent: no answer is no, every term of the ontology counts, and a restriction never permits more."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules.consent import (
    COVERED,
    RESTRICTIONS,
    TERMS,
    Answer,
    LegalBasis,
    Permission,
    Profile,
    Purpose,
    Reply,
    ResearchType,
    VerdictKind,
    common,
    verdict,
)
from biobank_tui.rules.duo import INVESTIGATIONS, TermKind, permission
from biobank_tui.rules.errors import Refused

DUO = Path(__file__).parents[2] / "schema" / "codes" / "duo_codes.csv"
AT = date(2026, 1, 15)
RANK = {VerdictKind.PERMITTED: 0, VerdictKind.OBLIGATIONS: 1, VerdictKind.REFUSED: 2}

BREAST = Purpose(ResearchType.DISEASE, diseases=("C50",), countries=("FR",))


def agreed(*codes: str, basis: LegalBasis = LegalBasis.CONSENT) -> Profile:
    """A profile of yeses, each "CODE" or "CODE:parameter"."""
    replies = [Reply(code, Answer.YES, parameter or None) for code, _, parameter in (c.partition(":") for c in codes)]
    return Profile(basis, tuple(replies))


def listed() -> list[dict[str, str]]:
    with DUO.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_term_of_the_ontology_has_its_row() -> None:
    by_duo = {term.duo: term for term in TERMS.values() if term.duo}
    for row in listed():
        if row["kind"] in ("permission", "modifier"):
            term = by_duo[row["id"]]
            assert (term.code, term.label) == (row["shorthand"], row["label"])
            assert (term.kind is TermKind.BASE) == (row["kind"] == "permission")
            assert permission(row["id"]) == row["shorthand"]
        elif row["kind"] == "investigation":
            assert row["id"] in INVESTIGATIONS
    for code, term in TERMS.items():
        assert (code in RESTRICTIONS) == (term.kind is TermKind.RESTRICTION)
        assert (term.kind is TermKind.BASE) <= (code in COVERED)


CASES = [
    # Base permissions, by DUO's definitions.
    (agreed("NRES"), replace(BREAST, research_type="general"), "permitted"),
    (agreed("NRES"), replace(BREAST, research_type="clinical_care"), "permitted"),
    (agreed("GRU"), replace(BREAST, research_type="ancestry"), "permitted"),
    (agreed("GRU"), replace(BREAST, research_type="clinical_care"), "consent.base"),
    (agreed("GRU", "CC"), replace(BREAST, research_type="clinical_care"), "permitted"),
    (agreed("CC"), BREAST, "consent.base"),
    (agreed("HMB"), BREAST, "permitted"),
    (agreed("HMB"), replace(BREAST, research_type="methods"), "permitted"),
    (agreed("HMB"), replace(BREAST, research_type="general"), "consent.base"),
    (agreed("HMB"), replace(BREAST, research_type="ancestry"), "consent.base"),
    (agreed("POA"), replace(BREAST, research_type="ancestry"), "permitted"),
    (agreed("POA"), replace(BREAST, research_type="population"), "permitted"),
    (agreed("POA"), BREAST, "consent.base"),
    # Disease by ancestor.
    (agreed("DS:C50"), BREAST, "permitted"),
    (agreed("DS:C50"), replace(BREAST, diseases=("C50.4",)), "permitted"),
    (agreed("DS:C50.4"), BREAST, "consent.disease"),
    (agreed("DS:C50-C58"), replace(BREAST, diseases=("C54.1", "C50")), "permitted"),
    (agreed("DS:C50"), replace(BREAST, diseases=("C50", "C61")), "consent.disease"),
    (agreed("DS:C50", "DS:C61"), replace(BREAST, diseases=("C50", "C61")), "permitted"),
    (agreed("DS"), BREAST, "consent.disease"),
    (agreed("DS:C50"), replace(BREAST, research_type="biomedical"), "consent.base"),
    (agreed("DS:C50"), replace(BREAST, research_type="methods", diseases=()), "consent.disease"),
    (agreed("DS:C50"), replace(BREAST, research_type="control"), "permitted"),
    (agreed("HMB", "DS:C61"), BREAST, "permitted"),
    (agreed("DS:MONDO:0007254"), replace(BREAST, diseases=("MONDO:0007254",)), "permitted"),
    # No answer is no.
    (None, BREAST, "consent.none"),
    (agreed(), BREAST, "consent.nothing"),
    (Profile(LegalBasis.CONSENT, (Reply("HMB", "not_asked"),)), BREAST, "consent.nothing"),
    (Profile(LegalBasis.CONSENT, (Reply("HMB", "yes"), Reply("HMB", "no"))), BREAST, "consent.nothing"),
    (agreed("NRES"), None, "purpose.nothing_coded"),
    (agreed("NRES"), Purpose(), "purpose.nothing_coded"),
    (agreed("NRES"), Purpose(commercial=True), "purpose.nothing_coded"),
    (agreed("NRES"), replace(BREAST, diseases=()), "purpose.no_disease"),
    (agreed("NRES"), replace(BREAST, genetic=True), "consent.genetic_research"),
    (agreed("NRES", "genetic_research"), replace(BREAST, genetic=True), "permitted"),
    (agreed("NRES"), replace(BREAST, animal=True), "consent.animal_work"),
    (agreed("NRES", "animal_work"), replace(BREAST, animal=True), "permitted"),
    (agreed("NRES"), replace(BREAST, commercial=True), "consent.commercial_use"),
    (agreed("NRES", "commercial_use"), replace(BREAST, commercial=True), "permitted"),
    (agreed("NRES"), replace(BREAST, recontact=True), "consent.recontact"),
    (agreed("NRES"), replace(BREAST, incidental_findings=True), "consent.incidental_findings"),
    (agreed("NRES"), replace(BREAST, countries=("FR", "US")), "consent.outside_eu"),
    (agreed("NRES"), replace(BREAST, countries=()), "consent.outside_eu"),
    (agreed("NRES", "outside_eu"), replace(BREAST, countries=("US",)), "permitted"),
    (agreed("NRES"), replace(BREAST, countries=("NO", "IS", "DE")), "permitted"),
    # Restrictions.
    (agreed("HMB", "NPU"), BREAST, "permitted"),
    (agreed("HMB", "commercial_use", "NPU"), replace(BREAST, commercial=True), "consent.NPU"),
    (agreed("HMB", "commercial_use", "NCU"), replace(BREAST, commercial=True), "consent.NCU"),
    (agreed("HMB", "commercial_use", "NPUNCU"), replace(BREAST, commercial=True), "consent.NPUNCU"),
    (agreed("HMB", "GS:FR, BE"), BREAST, "permitted"),
    (agreed("HMB", "GS:EU"), replace(BREAST, countries=("FR", "DE")), "permitted"),
    (agreed("HMB", "GS:EU"), replace(BREAST, countries=("NO",)), "consent.GS"),
    (agreed("HMB", "GS:BE"), BREAST, "consent.GS"),
    (agreed("HMB", "GS"), BREAST, "consent.GS"),
    (agreed("HMB", "outside_eu", "GS:FR"), replace(BREAST, countries=()), "consent.GS"),
    (agreed("HMB", "IRB"), BREAST, "consent.IRB"),
    (agreed("HMB", "IRB"), replace(BREAST, ethics_reference="CPP 12"), "obligation.IRB"),
    (
        agreed("HMB", "IRB"),
        replace(BREAST, ethics_reference="CPP 12", ethics_expires=date(2025, 1, 1)),
        "consent.IRB",
    ),
    (agreed("HMB", "PUB"), BREAST, "obligation.PUB"),
    (agreed("HMB", "COL"), BREAST, "obligation.COL"),
    (agreed("HMB", "RTN"), replace(BREAST, return_results=True), "obligation.RTN"),
    (agreed("HMB", "MOR:2026-06-30"), BREAST, "obligation.MOR"),
    (agreed("HMB", "MOR:2025-06-30"), BREAST, "permitted"),
    (agreed("HMB", "MOR"), BREAST, "obligation.MOR"),
    (agreed("HMB", "TS:24"), BREAST, "obligation.TS"),
    (agreed("HMB", "TS:2026-12-31"), BREAST, "obligation.TS"),
    (agreed("HMB", "TS:2025-12-31"), BREAST, "consent.TS"),
    (agreed("HMB", "TS"), BREAST, "consent.TS"),
    (agreed("HMB", "US:ada"), replace(BREAST, users=("ada",)), "permitted"),
    (agreed("HMB", "US:ada"), replace(BREAST, users=("ada", "bob")), "consent.US"),
    (agreed("HMB", "PS:P-000001X"), replace(BREAST, project="P-000001X"), "permitted"),
    (agreed("HMB", "PS:P-000001X"), BREAST, "consent.PS"),
    (agreed("HMB", "IS:GR,CHU"), replace(BREAST, institutions=("CHU",)), "permitted"),
    (agreed("HMB", "IS:GR"), replace(BREAST, institutions=("CHU",)), "consent.IS"),
    (agreed("HMB", "RS:Paediatric"), replace(BREAST, topics=("paediatric",)), "permitted"),
    (agreed("HMB", "RS:paediatric"), BREAST, "consent.RS"),
    (agreed("HMB", "RS"), BREAST, "consent.RS"),
    (agreed("HMB", "GSO"), BREAST, "consent.GSO"),
    (agreed("HMB", "GSO", "genetic_research"), replace(BREAST, genetic=True), "permitted"),
    (agreed("HMB", "NMDS"), BREAST, "permitted"),
    (agreed("HMB", "NMDS"), replace(BREAST, methods_only=True), "consent.NMDS"),
    (agreed("HMB", "NMDS"), replace(BREAST, research_type="methods"), "consent.NMDS"),
    (agreed("GRU", "NPOA"), replace(BREAST, research_type="ancestry"), "consent.NPOA"),
    (agreed("GRU", "NPOA"), replace(BREAST, research_type="population"), "consent.NPOA"),
    (agreed("GRU", "NPOA"), BREAST, "permitted"),
    (Profile(LegalBasis.CONSENT, (Reply("HMB", "yes"), Reply("GSO", "no"))), BREAST, "permitted"),
    # Legal bases.
    (agreed("HMB", basis=LegalBasis.NON_OPPOSITION), BREAST, "permitted"),
    (agreed("HMB", basis=LegalBasis.DEROGATION), BREAST, "consent.derogation"),
    (
        agreed("HMB", basis=LegalBasis.DEROGATION),
        replace(BREAST, ethics_reference="CESREES 7"),
        "obligation.derogation",
    ),
]


@pytest.mark.parametrize(("profile", "purpose", "outcome"), CASES)
def test_a_consent_is_matched_with_a_purpose(profile: Profile | None, purpose: Purpose | None, outcome: str) -> None:
    found = verdict(profile, purpose, AT)
    if outcome == "permitted":
        assert found.kind is VerdictKind.PERMITTED, found
    elif outcome.startswith("obligation"):
        assert found.kind is VerdictKind.OBLIGATIONS
        assert [reason.code for reason in found.obligations] == [outcome]
    else:
        assert found.kind is VerdictKind.REFUSED
        assert [reason.code for reason in found.reasons] == [outcome]
    for reason in (*found.reasons, *found.obligations):
        assert str(reason).endswith(".")
        assert "{" not in str(reason)


def test_every_restriction_is_among_the_cases() -> None:
    used = {reply.code for profile, _, _ in CASES if profile for reply in profile.answers}
    assert used >= {str(code) for code, term in TERMS.items() if term.kind is not TermKind.EXTRA}


def test_a_refusal_gives_all_its_reasons() -> None:
    found = verdict(agreed("DS:C61", "NCU"), replace(BREAST, commercial=True, animal=True), AT)
    codes = {reason.code for reason in found.reasons}
    assert codes == {"consent.disease", "consent.commercial_use", "consent.animal_work", "consent.NCU"}


def test_a_question_answered_no_is_told_from_one_never_asked() -> None:
    said_no = Profile(LegalBasis.CONSENT, (Reply("HMB", "yes"), Reply("animal_work", "no")))
    purpose = replace(BREAST, animal=True)
    assert "said no" in str(verdict(said_no, purpose, AT).reasons[0])
    assert "not asked" in str(verdict(agreed("HMB"), purpose, AT).reasons[0])


PARAMETERS = {
    "diseases": st.sampled_from(["C50", "C50-C58", "C61", "C50.4", None]),
    "countries": st.sampled_from(["FR", "EU", "US", None]),
    "day": st.sampled_from(["2025-01-01", "2027-01-01", None]),
    "months or last day": st.sampled_from(["12", "2025-01-01", "2027-01-01", None]),
    "names": st.sampled_from(["a", "a,b", None]),
    "topic": st.sampled_from(["drug", None]),
    "": st.none(),
}


def replies_of(codes: list[Permission]) -> st.SearchStrategy[Reply]:
    return st.sampled_from(codes).flatmap(
        lambda code: st.builds(
            Reply,
            st.just(str(code)),
            st.sampled_from(["yes", "yes", "no", "not_asked"]),
            PARAMETERS[TERMS[code].parameter],
        )
    )


profiles = st.builds(Profile, st.sampled_from(LegalBasis), st.lists(replies_of(list(TERMS)), max_size=8).map(tuple))
purposes = st.builds(
    Purpose,
    research_type=st.sampled_from(ResearchType),
    diseases=st.sampled_from([(), ("C50",), ("C50.4", "C50.9"), ("C61",)]),
    commercial=st.booleans(),
    genetic=st.booleans(),
    countries=st.sampled_from([(), ("FR",), ("FR", "US")]),
    methods_only=st.booleans(),
    ethics_reference=st.sampled_from([None, "E 1"]),
    institutions=st.sampled_from([(), ("a",)]),
    users=st.sampled_from([(), ("a", "b")]),
    project=st.sampled_from([None, "a"]),
)
restrictions = replies_of([code for code, term in TERMS.items() if term.kind is TermKind.RESTRICTION])


@given(profiles, purposes, restrictions)
def test_adding_a_restriction_never_permits_more(profile: Profile, purpose: Purpose, added: Reply) -> None:
    before = verdict(profile, purpose, AT)
    after = verdict(Profile(profile.basis, (*profile.answers, added)), purpose, AT)
    assert RANK[after.kind] >= RANK[before.kind]
    assert after.kind is VerdictKind.REFUSED or set(map(str, before.obligations)) <= set(map(str, after.obligations))


@given(profiles, purposes, st.sampled_from([c for c, t in TERMS.items() if t.kind is not TermKind.RESTRICTION]))
def test_taking_a_permission_back_never_permits_more(profile: Profile, purpose: Purpose, code: Permission) -> None:
    assert RANK[verdict(profile.narrowed(code), purpose, AT).kind] >= RANK[verdict(profile, purpose, AT).kind]


@given(st.lists(profiles, min_size=1, max_size=3), purposes)
def test_a_pool_permits_only_what_all_its_donors_permit(members: list[Profile], purpose: Purpose) -> None:
    pooled = verdict(common(members), purpose, AT)
    assert RANK[pooled.kind] >= max(RANK[verdict(member, purpose, AT).kind] for member in members)


def test_a_pool_of_equals_permits_what_each_does() -> None:
    one, other = agreed("HMB", "commercial_use"), agreed("DS:C50-C58", "commercial_use", "PUB")
    assert common([one, one]) == one
    assert common([one, other]) == agreed("DS:C50-C58", "commercial_use", "PUB")


@given(profiles)
def test_a_profile_is_the_same_in_any_order_and_reads_back(profile: Profile) -> None:
    turned = Profile(profile.basis, tuple(reversed(profile.answers)))
    assert turned == profile
    assert turned.digest == profile.digest
    assert Profile.from_json(profile.to_json()) == profile


@given(purposes)
def test_a_purpose_reads_back(purpose: Purpose) -> None:
    whole = replace(purpose, ethics_expires=AT, age_from=0, minors=True, topics=("b", "a"))
    assert Purpose.from_json(whole.to_json()) == whole


def test_an_unknown_permission_is_refused_when_recorded() -> None:
    with pytest.raises(Refused, match="no permission"):
        agreed("everything")
    with pytest.raises(Refused, match="restricts"):
        agreed("HMB").narrowed(Permission.NPU)


def test_an_unknown_purpose_is_refused_when_recorded() -> None:
    with pytest.raises(Refused):
        Purpose.from_json('{"world_peace": true}')
    with pytest.raises(Refused, match="country"):
        replace(BREAST, countries=("France",))
    with pytest.raises(Refused, match="type of research"):
        replace(BREAST, research_type="alchemy")
