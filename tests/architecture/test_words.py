"""The catalogues: up to date with the source, whole, filled with the same facts, and compiled as they are written."""

from __future__ import annotations

import io
import re
import string
from functools import cache

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from languages.catalogue import (
    LANGUAGES,
    TEMPLATE,
    as_mo,
    as_po,
    catalogue_of,
    mo_file,
    po_file,
    template,
    untranslated,
    updated,
)
from languages.written import in_source

each_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def sentences() -> Catalog:
    return template()


def ids(catalogue: Catalog) -> set[str]:
    return {each.id if isinstance(each.id, str) else each.id[0] for each in catalogue if each.id}


def facts(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(sentence) if name is not None}


def test_the_template_holds_every_sentence_of_the_source() -> None:
    assert ids(read_po(io.BytesIO(TEMPLATE.read_bytes()))) == ids(sentences()), "make words"


@each_language
def test_every_sentence_is_translated_and_none_is_guessed(language: str) -> None:
    kept = catalogue_of(language)
    assert ids(kept) == ids(sentences()), "make words"
    assert untranslated(kept) == []
    assert not kept.obsolete


@each_language
def test_a_translation_is_filled_with_the_facts_of_its_sentence(language: str) -> None:
    wrong = []
    for message in catalogue_of(language):
        if not message.id:
            continue
        forms = [message.id] if isinstance(message.id, str) else [*message.id]
        said = [message.string] if isinstance(message.string, str) else [*message.string]
        needed, known = facts(forms[-1]), set().union(*map(facts, forms))
        wrong += [each for each in said[:-1] if not facts(each) <= known]
        wrong += [each for each in said[-1:] if facts(each) != needed]
    assert wrong == []


@each_language
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    assert mo_file(language).read_bytes() == as_mo(catalogue_of(language)), "make words"


@each_language
def test_taking_the_words_anew_changes_nothing(language: str) -> None:
    assert po_file(language).read_bytes() == as_po(updated(language, sentences())), "make words"


def test_french_has_its_unbreakable_spaces_and_its_apostrophes() -> None:
    badly = re.compile(r" [:;?!»](?:\s|$)|« |(?<=[a-zéè])'(?=[a-zéè])")
    said = [each.string if isinstance(each.string, str) else " ".join(each.string) for each in catalogue_of("fr")]
    assert [each for each in said[1:] if badly.search(each)] == []


def test_both_halves_of_a_choice_and_sentences_with_a_name_are_taken() -> None:
    source = 'def f(x):\n    why = "A"\n    _("B" if x else "C")\n    raise Refused("code", why)\n'
    assert set(in_source(source)) == {"A", "B", "C"}


def test_the_sentence_of_an_error_is_taken_and_its_code_is_not() -> None:
    assert list(in_source('Denied("role.none", "You " "may not.", role=1); ngettext("{n} tube", "{n} tubes", n)')) == [
        "You may not.",
        ("{n} tube", "{n} tubes"),
    ]
