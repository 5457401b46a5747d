"""The commands in French: what they say, what they refuse, and their help."""

from __future__ import annotations

import json
from datetime import date

import pytest

from biobank_tui.rules.consent import verdict
from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import RequestState, move
from biobank_tui.rules.profiles import LegalBasis, Profile, Reply
from biobank_tui.rules.purpose import Purpose
from biobank_tui.words import filled_in, sentence, set_language


def test_showing_a_donor_speaks_french(freezer):
    answer = freezer("--lang", "fr", "show", "D-0000010")
    assert answer.code == 0
    assert answer.err.startswith("Donneur D-0000010,")
    assert "Formulaire" in answer.out or "Consentement" in answer.out


def test_a_refusal_is_said_in_french_with_its_words(freezer):
    code = freezer("sample", "register", "D-0000010", "plasma", "--amount", "500 µL").lines[0]
    answer = freezer("--lang", "fr", "sample", "return", code)
    assert answer.code == 1
    assert answer.err.replace("\N{NBSP}", " ") == f"{code} n’est pas sorti ; son statut est « disponible ».\n"


def test_a_refusal_in_json_keeps_its_code_and_its_facts(freezer):
    answer = freezer("--lang", "fr", "--json", "show", "S-9999999")
    told = json.loads(answer.err)
    assert told["error"] == "code.unknown"
    assert (
        told["sentence"]
        == "S-9999999 est mal saisi\N{NBSP}: son caractère de contrôle est faux. Scannez-le de nouveau."
    )


def test_an_unknown_form_is_said_in_french(freezer):
    answer = freezer("--lang", "fr", "consent", "record", "D-0000010", "NONE", "--given", "2026-01-02")
    assert answer.code == 1
    assert answer.err.startswith("Il n’y a pas de formulaire de consentement NONE")


def test_the_help_is_french_from_the_root_to_the_options(bank):
    assert "Crée une biobanque vide." in bank("--lang", "fr", "--help").out
    told = bank("--lang", "fr", "sample", "register", "--help").out
    assert "Enregistre des tubes d’un donneur." in told
    assert "Le donneur, par son code.  [obligatoire]" in told
    assert "Affiche cette aide et quitte." in told


def test_a_refusal_of_consent_is_french_with_its_uses_and_states(freezer):
    set_language("fr")
    try:
        profile = Profile(LegalBasis.CONSENT, (Reply("DS", "yes", "C50"), Reply("genetic_research", "no")))
        found = verdict(profile, Purpose("disease", diseases=("C61",), genetic=True), date(2026, 1, 1))
        told = [filled_in(each.sentence, each.facts).replace("\N{NBSP}", " ") for each in found.reasons]
        assert "Le donneur n’a accepté que la recherche sur C50 ; le projet étudie C61." in told
        assert "Le donneur a dit non : recherche génétique." in told
        with pytest.raises(Refused) as refused:
            move(RequestState, "draft", "approved")
        assert sentence(refused.value).endswith("il peut devenir\N{NBSP}: soumise, annulée.")
    finally:
        set_language("en")


def test_settings_say_in_french_what_they_are_for(bank):
    told = bank("--lang", "fr", "setting", "show").out
    assert "zone\tUTC\tLe fuseau horaire" in told
