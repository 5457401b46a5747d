"""Nobody acts before they have said who they are; and where there is no bank, one is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_bank import until
from desk_bank import app_on, at_rest, fill, form, message, seated

from biobank_tui.actions.parties import set_password
from biobank_tui.bank.bank import Bank
from biobank_tui.queries import people, storage
from biobank_tui.rules.permissions import Role
from biobank_tui.settings import Settings
from biobank_tui.tui.chrome import Header
from biobank_tui.tui.dialogs import Choose
from biobank_tui.tui.entry import BankApp, Welcome
from biobank_tui.tui.ports import Found, Level
from biobank_tui.tui.session import BankFinder, Door, WhoActs
from biobank_tui.tui.work import Stopped


@pytest.fixture
def bank(sqlite_bank: Bank) -> Bank:
    return sqlite_bank


async def test_the_only_person_there_is_sits_down_without_a_question(bank: Bank) -> None:
    async with seated(bank, login="") as (app, _pilot):
        assert app.session is not None
        assert app.session.actor.login == "admin"
        assert "Administrator" in app.base.query_one(Header).who


async def test_where_there_are_several_one_is_asked_who_acts(bank: Bank, make) -> None:
    make.person(Role.TECHNICIAN, login="tess")
    async with app_on(bank.address, login="") as (app, pilot):
        await until(lambda: isinstance(app.screen, Choose) and app.focused is not None)
        await pilot.press(*"tess", "enter")
        await until(lambda: app.session is not None)
        assert app.session is not None
        assert app.session.actor.login == "tess"


async def test_giving_up_to_say_who_one_is_leaves_nobody_logged_in(bank: Bank, make) -> None:
    make.person(Role.TECHNICIAN, login="tess")
    async with app_on(bank.address, login="") as (app, pilot):
        await until(lambda: isinstance(app.screen, Choose) and app.focused is not None)
        await pilot.press("escape")
        await until(lambda: "Nobody is logged in" in message(app))
        assert app.session is None


async def test_a_wrong_password_is_told_and_asked_for_again(bank: Bank, actor) -> None:
    set_password(bank, actor, "admin", "correct horse battery")
    async with app_on(bank.address) as (app, pilot):
        await fill(app, pilot, password="wrong")
        await until(lambda: "not right" in message(app))
        await fill(app, pilot, password="correct horse battery")
        await until(lambda: app.session is not None)


async def test_somebody_else_sits_down_and_may_do_what_is_theirs(bank: Bank, make) -> None:
    make.person(Role.TECHNICIAN, login="tess")
    async with seated(bank) as (app, pilot):
        assert app.session is not None
        assert app.session.may("person.add") is None
        await pilot.press("f4")
        await until(lambda: isinstance(app.screen, Choose) and app.focused is not None)
        await pilot.press(*"tess", "enter")
        await until(lambda: app.session is not None and app.session.actor.login == "tess")
        assert app.session.may("sample.place") is None
        assert "administrator" in (app.session.may("person.add") or "")


async def test_the_first_screen_makes_a_bank_with_its_organisation_and_freezer(tmp_path: Path) -> None:
    address = str(tmp_path / "new" / "bank.db")
    async with app_on(address, login="") as (app, pilot):
        await until(lambda: isinstance(app.screen, Welcome) and app.focused is not None)
        await pilot.press("enter")
        asked = await form(app)
        await fill(
            app, pilot, name="West", organisation="Valmont", code="val", person="Ada", login="ada",
            freezer="freezer F01 / 2 racks / 3 boxes 9x9",
        )  # fmt: skip
        await until(lambda: app.session is not None)
        await at_rest(app)
        assert asked is not app.screen
        assert app.session is not None
        with app.session.bank.read() as connection:
            assert [row.code for row in people.organisations(connection)] == ["VAL"]
            assert storage.unit(connection, "F01").places == 2 * 3 * 81


async def test_a_freezer_that_cannot_be_read_is_refused_at_its_field_before_a_bank_is_made(tmp_path: Path) -> None:
    address = tmp_path / "bank.db"
    async with app_on(str(address), login="") as (app, pilot):
        await until(lambda: isinstance(app.screen, Welcome) and app.focused is not None)
        await pilot.press("enter")
        await fill(app, pilot, name="W", organisation="V", code="V", person="A", login="a", freezer="3 fridges")
        asked = await form(app)
        await until(lambda: asked.query_one("#problem-freezer").has_class("-shown"))
        assert not address.exists()


async def test_leaving_the_first_screen_makes_nothing(tmp_path: Path) -> None:
    address = tmp_path / "bank.db"
    async with app_on(str(address), login="") as (app, pilot):
        await until(lambda: isinstance(app.screen, Welcome) and app.focused is not None)
        await pilot.press("escape")
        await until(lambda: app._exit)
    assert not address.exists()


def test_a_demonstration_that_is_stopped_leaves_no_half_bank(tmp_path: Path) -> None:
    address = tmp_path / "bank.db"
    door = Door(str(address), Settings())

    def stopping(_phase: str, _done: int, _total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        door.demonstrate(stopping)
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_is_no_bank_is_told_and_the_app_stays(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a bank at all, but a text of some length\n" * 50)
    async with app_on(str(tmp_path / "notes.txt")) as (app, pilot):
        await until(lambda: message(app))
        assert app.session is None
        await pilot.press("f4")
        await until(lambda: message(app) == "No bank is open here.")


async def test_a_key_of_the_settings_that_is_not_taken_is_told(bank: Bank) -> None:
    door = Door(bank.address, Settings(user="admin"))
    app = BankApp(door, remapped={"vanish": "f9"})
    async with app.run_test():
        await until(lambda: app.session is not None and "no command vanish" in message(app))
    door.close()


def test_a_scan_is_told_in_words_and_by_its_gravity(bank: Bank, make, actor) -> None:
    box = make.box()
    code = make.sample(material="Plasma", unit=box, position="A1")
    finder = BankFinder(bank)
    answer = finder.scan(code.lower())
    assert answer.verdict.level is Level.GOOD
    assert code in answer.verdict.sentence
    assert "500 µL" in answer.verdict.sentence
    assert isinstance(answer.value, Found)
    assert (answer.value.kind, answer.value.code, answer.value.screen) == ("sample", code, "samples")
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert finder.scan(wrong).verdict.level is Level.BAD
    assert finder.scan(wrong).value is None
    assert getattr(finder.scan(box).value, "screen", None) == "storage"


def test_things_are_found_by_the_beginning_of_their_code(bank: Bank, make) -> None:
    codes = make.samples(3)
    found = BankFinder(bank).search(codes[0][:-2].lower(), 10)
    assert codes[0] in {each.code for each in found}
    assert {each.kind for each in found} == {"sample"}
    assert BankFinder(bank).search("no such thing", 10) == []


def test_the_door_asks_where_several_could_sit(bank: Bank, make) -> None:
    make.person(Role.TECHNICIAN, login="tess")
    door = Door(bank.address, Settings(), "nobody-of-that-account")
    try:
        answer = door.open()
        assert isinstance(answer, WhoActs)
        assert [person.login for person in answer.people] == ["admin", "tess"]
    finally:
        door.close()
