"""Codes: what is printed can be checked, and what is mistyped is caught."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biobank_tui.rules import codes
from biobank_tui.rules.errors import Refused

serials = st.integers(0, codes.SERIALS - 1)
prefixes = st.text(codes.ALPHANUMERIC, min_size=1, max_size=4)


def test_the_standards_own_example_has_its_check_character() -> None:
    # ISO 7064 MOD 37,36 as used by the Global Release Identifier, GRid standard 2.1.
    assert codes.check_character("A12425GABC1234002") == "M"


@given(prefixes, serials)
def test_a_printed_code_reads_back(prefix: str, serial: int) -> None:
    code = codes.render(prefix, serial)
    assert codes.check(code)
    assert len(code) <= codes.LONGEST
    parsed = codes.parse(code)
    assert parsed is not None
    assert (parsed.prefix, parsed.serial, parsed.code, parsed.valid) == (prefix, serial, code, True)


@given(serials, st.integers(0, 6), st.sampled_from(codes.ALPHANUMERIC))
def test_one_wrong_character_is_always_caught(serial: int, place: int, char: str) -> None:
    code = codes.render("S", serial)
    place += 2
    wrong = code[:place] + char + code[place + 1 :]
    if wrong != code:
        assert not codes.check(wrong)
    parsed = codes.parse(wrong)
    assert wrong == code or codes.explain(wrong, ["S"]) == "mistyped" or (parsed and parsed.code == code)


def test_codes_in_a_row_are_those_rendered_one_by_one() -> None:
    start = 32**3 - 5
    assert codes.renders("BX", start, 12) == [codes.render("BX", start + i) for i in range(12)]


def test_a_million_codes_come_at_once() -> None:
    begun = time.perf_counter()
    made = codes.renders("S", 123_456, 1_000_000)
    assert time.perf_counter() - begun < 5
    assert len(set(made)) == 1_000_000
    assert made == sorted(made)


def test_a_code_is_read_as_people_type_it() -> None:
    code = codes.render("S", 1_048_609)
    serial = code[2:8]
    typed = f" s – {serial.replace('0', 'o').replace('1', 'l').lower()} {code[8].lower()} "
    parsed = codes.parse(typed)
    assert parsed is not None
    assert parsed.code == code
    assert codes.parse(code.replace("-", "")) is None
    undashed = codes.parse(code.replace("-", ""), ["S", "D"])
    assert undashed is not None
    assert undashed.code == code


@pytest.mark.parametrize("text", ["TCGA-AB-1234", "0174189503", "", "S-12", "X-000001" + "0", "é"])
def test_other_peoples_codes_are_foreign(text: str) -> None:
    assert codes.explain(text, ["S", "D"]) == "foreign"


def test_a_letter_that_no_serial_has_is_a_typing_error() -> None:
    code = codes.render("S", 5)
    assert codes.explain(code, ["S"]) == "ours"
    assert codes.explain(code[:3] + "U" + code[4:], ["S"]) == "mistyped"


def test_a_prefix_has_an_end() -> None:
    with pytest.raises(Refused, match="beyond them"):
        codes.render("S", codes.SERIALS)
    with pytest.raises(Refused, match="no prefix"):
        codes.render("sämple", 1)
