"""The filter language: what is typed is understood or refused by name, and what is kept reads back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from biobank_tui.rules import codes
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.query import FIELDS, Op, Query, Term, complete, parse, render, token_span


def test_the_line_of_the_handbook_is_understood() -> None:
    query = parse("type:plasma dx:C50 status:available site:GR collected:2021..2023 free text")
    assert query == Query(
        (
            Term("type", Op.IS, ("Plasma",)),
            Term("dx", Op.IS, ("C50",)),
            Term("status", Op.IS, ("available",)),
            Term("site", Op.IS, ("GR",)),
            Term("collected", Op.RANGE, ("2021", "2023")),
        ),
        ("free", "text"),
    )


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("status:available,reserved", Term("status", Op.IS, ("available", "reserved"))),
        ("status:checked-out", Term("status", Op.IS, ("checked_out",))),
        ("status:avail", Term("status", Op.IS, ("available",))),
        ("-status:consumed", Term("status", Op.IS, ("consumed",), negated=True)),
        ("type:tissue", Term("type", Op.IS, ("TissueFixed", "TissueFreshFrozen"))),
        ('type:"Whole blood",dna', Term("type", Op.IS, ("WholeBlood", "DNA"))),
        ("dx:c50*", Term("dx", Op.IS, ("C50",))),
        ("dx:C5*", Term("dx", Op.IS, ("C5*",))),
        ("dx:C50..C58", Term("dx", Op.IS, ("C50-C58",))),
        ("topo:c504,C61", Term("topo", Op.IS, ("C50.4", "C61"))),
        ("collected:2021..", Term("collected", Op.RANGE, ("2021", ""))),
        ("collected:..2021-03", Term("collected", Op.RANGE, ("", "2021-03"))),
        ("collected:>=2021-03", Term("collected", Op.RANGE, ("2021-03", ""))),
        ("collected<=2021", Term("collected", Op.RANGE, ("", "2021"))),
        ("collected:2021-03-04T10:15Z", Term("collected", Op.IS, ("2021-03-04T10:15Z",))),
        ("thaws:2", Term("thaws", Op.IS, ("2",))),
        ("thaws<2", Term("thaws", Op.RANGE, ("", "1"))),
        ("thaws:>2", Term("thaws", Op.RANGE, ("3", ""))),
        ("amount:>=200uL", Term("amount", Op.RANGE, ("200µL", ""))),
        ('amount:"0.20 mL"', Term("amount", Op.IS, ("0.2mL",))),
        ("barcode:0174*", Term("barcode", Op.PREFIX, ("0174",))),
        ('barcode:"a*"', Term("barcode", Op.IS, ("a*",))),
        ("-box:*", Term("box", Op.PREFIX, ("",), negated=True)),
        ("material:serum", Term("type", Op.IS, ("Serum",))),
        ("held:y", Term("held", Op.IS, ("yes",))),
        ("external:TCGA-AB-1234..x", Term("external", Op.IS, ("TCGA-AB-1234..x",))),
        ("STATUS:Available", Term("status", Op.IS, ("available",))),
    ],
)
def test_a_term_is_understood(text: str, term: Term) -> None:
    assert parse(text) == Query((term,))
    assert parse(render(Query((term,)))) == Query((term,))


def test_a_code_is_taken_as_people_type_it() -> None:
    code = codes.render("S", 77)
    assert parse(f"code:{code.lower()}").terms[0].values == (code,)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("stauts:available", "query.field", "did you mean status"),
        ("zzz:1", "query.field", "there are code, barcode"),
        ("status:gone", "query.value", "one of expected, available"),
        ("type:plsma", "material.unknown", "Plasma"),
        ("type:", "query.empty", "no value"),
        ("thaws:many", "query.count", "whole numbers"),
        ("amount:200", "amount.no_unit", "no unit"),
        ("collected:03/04/2021", "time.ambiguous", "two ways"),
        ("collected:2023..2021", "query.backwards", "ends before"),
        ("thaws:3..1", "query.backwards", "ends before"),
        ("amount:1mL..5µL", "query.backwards", "ends before"),
        ("amount:1mL..5g", "amount.dimension", "cannot be told"),
        ("collected:2019,2021..2022", "query.mixed", "one range"),
        ("collected:..", "query.open", "at least one end"),
        ("status:a*", "query.prefix", "no prefix"),
        ("collected:>2021", "query.sign", ">="),
        ('site:"GR', "query.quote", "not closed"),
        ("dx:breast", "disease.code", "no disease code"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(text: str, code: str, says: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)
    assert caught.value.code == code
    assert says in str(caught.value)


def test_words_are_sought_as_they_stand() -> None:
    query = parse('-80 a=b "type:plasma" "two words" x,y 5"')
    assert query.terms == ()
    assert query.words == ("-80", "a=b", "type:plasma", "two words", "x,y", '5"')
    assert parse(render(query)) == query


def _understood(text: str) -> Query | None:
    try:
        return parse(text)
    except Refused:
        return None


LETTERS = [f"{name}:" for name in FIELDS]
SIGNS = ["-", " ", ",", "..", "*", '"', "\\", ">=", "<", "=", "\u2028"]
VALUES = ["a", "é", "C50", "2021", "2", "plasma", "tissue", "200µL", "available", "yes", "S-000001"]
fragments = st.lists(st.sampled_from([*LETTERS, *SIGNS, *VALUES]), max_size=12).map("".join)


@given(st.one_of(fragments, st.text()))
@example("code:>==")
@example("code:>=<")
@example('code:>="a b"')
@example("code:S-1...2")
@example("code:S-1..S-9")
def test_what_is_understood_reads_back(text: str) -> None:
    query = _understood(text)
    if query is not None:
        assert parse(render(query)) == query


@given(st.lists(st.text(), max_size=4), st.sampled_from(["barcode", "external", "site", "form"]), st.booleans())
def test_any_text_can_be_sought(words: list[str], field: str, negated: bool) -> None:
    values = tuple(dict.fromkeys(words)) or ("x",)
    query = Query((Term(field, Op.IS, values, negated),), tuple(words))
    assert parse(render(query)) == query


def test_completion_offers_fields_and_their_values() -> None:
    assert complete("st", 2) == ["status:"]
    assert complete("-st", 3) == ["-status:"]
    assert complete("type:pl foo", 7)[:2] == ["type:Placenta", "type:Plasma"]
    assert "type:TissueFixed" in complete("type:ffpe", 9)
    assert complete("status:available,re", 19) == ["status:available,reserved", "status:available,rejected"]
    assert complete("held:", 5) == ["held:yes", "held:no"]
    assert complete("barcode:1", 9) == []
    assert len(complete("", 0)) == len(FIELDS)
    assert token_span("type:pl foo", 7) == (0, 7)


def test_every_field_has_a_line_of_help() -> None:
    assert all(field.help and not field.help.endswith(".") for field in FIELDS.values())
