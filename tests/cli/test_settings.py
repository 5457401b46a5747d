"""Settings: the file, then the environment, then options; and where each came from."""

from __future__ import annotations

import pytest

from biobank_tui.rules.errors import Refused
from biobank_tui.settings import Origin, load, meanings


def written(tmp_path, text: str) -> dict[str, str]:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return {"BIOBANK_SETTINGS": str(file)}


def test_options_override_the_environment_which_overrides_the_file(tmp_path):
    environ = written(tmp_path, 'bank = "file.db"\nuser = "file"\nlang = "fr"\n')
    loaded = load({"bank": "flag.db"}, {**environ, "BIOBANK_BANK": "env.db", "BIOBANK_USER": "env"})
    assert (loaded.settings.bank, loaded.settings.user, loaded.settings.lang) == ("flag.db", "env", "fr")
    assert (loaded.origins["bank"], loaded.origins["user"]) == (Origin.FLAG, Origin.ENVIRONMENT)
    assert (loaded.origins["lang"], loaded.origins["theme"]) == (Origin.FILE, Origin.DEFAULT)


def test_every_setting_says_what_it_means():
    assert all(meanings().values())


def test_keys_of_the_app_can_be_remapped(tmp_path):
    environ = written(tmp_path, '[keys]\nundo = "z"\n')
    assert load({}, environ).settings.keys == {"undo": "z"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('colour = "red"', "settings.unknown"),
        ("bank = 7", "settings.kind"),
        ("keys = 'z'", "settings.kind"),
        ("bank = ", "settings.unreadable"),
    ],
)
def test_a_setting_that_is_not_understood_is_refused_by_name(tmp_path, text, code):
    with pytest.raises(Refused) as refused:
        load({}, written(tmp_path, text))
    assert refused.value.code == code


def test_a_broken_settings_file_is_one_sentence_and_no_traceback(biobank, tmp_path, monkeypatch):
    monkeypatch.setenv("BIOBANK_SETTINGS", written(tmp_path, "bank = ")["BIOBANK_SETTINGS"])
    answer = biobank("user", "list")
    assert answer.code == 1
    assert answer.err.startswith("The settings in ")


def test_doctor_says_where_each_value_came_from_and_how_the_bank_is(bank, tmp_path):
    rows = {line["what"]: line for line in bank("doctor", "--json").json}
    assert (rows["bank"]["value"], rows["bank"]["origin"]) == (str(tmp_path / "bank.db"), "environment")
    assert (rows["user"]["value"], rows["user"]["origin"]) == ("anna", "flag")
    assert rows["theme"]["origin"] == "default"
    assert rows["sqlite"]["origin"]
    assert rows["revision"]["value"] == "0001"
    assert rows["organisations"]["value"] == "1"
    assert rows["people"]["value"] == "2"
    assert "disk free" in rows


def test_doctor_shows_the_settings_even_where_there_is_no_bank_and_never_a_password(biobank):
    answer = biobank("--bank", "postgresql://user:secret@127.0.0.1:9/none", "doctor")
    assert answer.code == 3
    assert "settings file" in answer.out
    assert "secret" not in answer.out + answer.err


def test_a_time_typed_without_a_zone_is_of_the_banks_own_and_is_shown_so_again(freezer):
    said = ("sample", "register", "D-0000010", "plasma", "--collected", "2026-03-02T10:15")
    assert freezer("--json", "show", freezer(*said).lines[0]).json["collected"] == "2026-03-02T10:15Z"
    assert freezer("setting", "set", "zone", "Europe/Paris").code == 0
    code = freezer(*said).lines[0]
    assert freezer("--json", "show", code).json["collected"] == "2026-03-02T09:15Z"
    expected = freezer("sample", "register", "D-0000010", "plasma", "--expected").lines[0]
    arrived = freezer("receive", expected, "--received", "2026-03-02T10:15")
    assert "is received at 2026-03-02 10:15;" in arrived.err
    history = freezer("history", code).out
    assert "collected: 2026-03-02 10:15" in history
    twice = freezer("sample", "register", "D-0000010", "plasma", "--collected", "2026-10-25T02:30")
    assert twice.code == 1
    assert "offset" in twice.err


def test_a_zone_that_is_none_is_refused(freezer):
    answer = freezer("setting", "set", "zone", "Paris")
    assert answer.code == 1
    assert answer.err == "“Paris” is no time zone; one looks like Europe/Paris.\n"
