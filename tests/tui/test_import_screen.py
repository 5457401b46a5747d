"""The import screen: a file is understood, tried, mended column by column, and taken in whole or not at all."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from bench_bank import until
from desk_bank import at_rest, confirmed, fill, form, message, seated, view_of
from textual.pilot import Pilot

from biobank_tui import words
from biobank_tui.actions import importing as verbs
from biobank_tui.bank.bank import Bank
from biobank_tui.rules.permissions import Role
from biobank_tui.tui.dialogs import Choose, Confirm
from biobank_tui.tui.longwork import LongWork
from biobank_tui.tui.ports import Level
from biobank_tui.tui.screens.import_files import completed
from biobank_tui.tui.screens.import_help import ImportHelp
from biobank_tui.tui.screens.importing import ImportPage

GOOD = "code,sex,birth_year,diagnosis\nD1,female,1950,C50.4\nD2,male,1948,C18.9\n"
THEIRS = (
    "Patient ID;Gender;Birth year;Patient name;Site\n"
    "P-1;F;1950;Anna Example;north\nP-2;M;1948;Bruno Example;south\nP-3;F;1961;Carla Example;north\n"
)
BAD = "code,sex,birth_year,diagnosis\nD1,female,1950,C50.4\nD2,blue,1948,C18.9\nD3,male,nineteen,nonsense\n"


@pytest.fixture
def bank(sqlite_bank: Bank) -> Bank:
    return sqlite_bank


@asynccontextmanager
async def page_on(bank: Bank, size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[Any, Pilot[None], ImportPage]]:
    """The import screen, opened by its key from the reports."""
    async with seated(bank, size=size) as (app, pilot):
        await view_of(app, "reports")
        await pilot.press("f7")
        await until(lambda: isinstance(app.screen, ImportPage) and app.focused is not None)
        yield app, pilot, app.screen


async def choose(pilot: Pilot[None], page: ImportPage, path: Path) -> None:
    """Type a file's path and wait until it was looked at."""
    page.entry("file").value = str(path)
    page.entry("file").focus()
    await pilot.press("enter")
    await until(
        lambda: page.panel.looked is not None and page.panel.looked.wanted.path == path and page.panel.table.settled
    )
    await until(lambda: not [each for each in page.workers if each.group == "work:look"])
    await until(lambda: page.panel.looked.wanted == page.wanted)


async def tried(app: Any, pilot: Pilot[None], page: ImportPage) -> None:
    await pilot.press("f5")
    await until(lambda: page.panel.report is not None and app.screen is page and page.panel.table.settled)


def said(page: ImportPage) -> str:
    return page.panel.said.sentence


def entry_of(page: ImportPage, column: str) -> Any:
    from biobank_tui.tui.screens.import_tables import entries

    assert page.panel.looked is not None
    return next(each for each in entries(page.panel.looked) if each.column == column)


def donors(bank: Bank) -> list[str]:
    from biobank_tui.model.tables import DONOR

    with bank.read() as connection:
        return sorted(connection.execute(DONOR.select()).mappings().all()[at]["code"] for at in range(count(bank)))


def count(bank: Bank) -> int:
    from sqlalchemy import func, select

    from biobank_tui.model.tables import DONOR

    with bank.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(DONOR)) or 0)


async def test_a_good_file_is_understood_tried_and_taken_in_once_it_was_asked_for(bank: Bank, tmp_path: Path) -> None:
    file = tmp_path / "donors.csv"
    file.write_text(GOOD)
    async with page_on(bank) as (app, pilot, page):
        await choose(pilot, page, file)
        assert (page.entry("kind").value, page.entry("map").value) == ("donors", "names")
        assert entry_of(page, "diagnosis").values == "C50.4 · C18.9"
        await tried(app, pilot, page)
        assert "2 new" in said(page)
        assert count(bank) == 0
        await pilot.press("ctrl+s")
        question = await confirmed(app, pilot)
        assert [(change.count, change.text) for change in question.changes] == [(2, "new records")]
        await until(lambda: page.done != "")
        assert "ledger entry" in said(page)
        assert count(bank) == 2
        await pilot.press("escape")
        await at_rest(app)
        assert "2 new" in message(app)


SEVERAL = {
    "a-donors.csv": GOOD,
    "b-theirs.csv": THEIRS.replace("P-", "Q-"),
    "c-samples.csv": "code,donor,parent,material\nS2,,S1,\nS1,D1,,Plasma\nS3,D9,,Plasma\n",
}


async def name_several(pilot: Pilot[None], page: ImportPage, text: str) -> None:
    """Name several files and wait until the first of them was looked at."""
    page.entry("file").value = text
    page.entry("file").focus()
    await pilot.press("enter")
    await until(lambda: bool(page.wanted.others) and page.panel.looked is not None)
    await until(lambda: page.panel.looked.wanted == page.wanted and page.panel.table.settled)


async def turned(pilot: Pilot[None], page: ImportPage, name: str) -> None:
    await pilot.press("f4")
    await until(lambda: page.panel.looked.wanted == page.wanted and page.wanted.path.name == name)
    await until(lambda: page.panel.table.settled)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_f1_tells_what_the_screen_is_for_and_each_of_its_keys(bank: Bank, size: tuple[int, int]) -> None:
    async with page_on(bank, size) as (app, pilot, page):
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, ImportHelp))
        told = app.screen.body().plain
        assert "Name a file" in told
        for key in re.findall(r"F\d+|\^S|Esc", page._keys()):
            assert f"  {key} " in told
        await pilot.press("escape")
        await until(lambda: app.screen is page)


async def test_a_folder_of_files_comes_in_as_one_each_as_what_it_is(bank: Bank, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    for name, content in SEVERAL.items():
        (folder / name).write_text(content)
    (folder / ".hidden.csv").write_text("x")
    async with page_on(bank) as (app, pilot, page):
        await name_several(pilot, page, str(folder))
        assert "a-donors.csv, one of 3 files" in said(page)
        assert page.entry("map").value == "names"
        await turned(pilot, page, "b-theirs.csv")
        assert page.entry("map").value == "draft"
        await turned(pilot, page, "c-samples.csv")
        assert (page.entry("kind").value, page.entry("map").value) == ("samples", "names")
        await turned(pilot, page, "a-donors.csv")
        assert (page.entry("kind").value, page.entry("map").value) == ("donors", "names")
        await tried(app, pilot, page)
        assert page.panel.table.source.window(0, 1)[0].cells[:2] == ("c-samples.csv", "4")
        await pilot.press("f8")
        assert (await form(app)).entry("what").value == "rows"
        await fill(app, pilot, file="mend")
        await until(lambda: "in the folder" in said(page))
        assert "S3,D9" in (folder / "mend" / "c-samples.csv.refused").read_text()
        (folder / "c-samples.csv").write_text(SEVERAL["c-samples.csv"].replace("D9", "Q-1"))
        await pilot.press("ctrl+s")
        question = await confirmed(app, pilot)
        assert [(change.count, change.text) for change in question.changes] == [(8, "new records")]
        await until(lambda: page.done != "")
        assert "3 files" in page.done
        assert count(bank) == 5


async def test_an_archive_and_a_pattern_name_several_files(bank: Bank, tmp_path: Path) -> None:
    archive = tmp_path / "site.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("../deep/d.csv", GOOD)
        packed.writestr("s.csv", "code,donor,material\nS1,D1,Plasma\n")
        packed.writestr("readme.md", "no table")
    for name in ("x1.csv", "x2.csv"):
        (tmp_path / name).write_text(GOOD.replace("D", name[:2].upper()))
    async with page_on(bank) as (app, pilot, page):
        await name_several(pilot, page, str(archive))
        await tried(app, pilot, page)
        assert "3 new" in said(page)
        await name_several(pilot, page, str(tmp_path / "x?.csv"))
        await until(lambda: page.wanted.path.name == "x1.csv" and page.panel.looked.wanted == page.wanted)
        await tried(app, pilot, page)
        assert "4 new" in said(page)


async def test_a_foreign_file_gets_a_drafted_map_that_is_changed_column_by_column_and_kept(
    bank: Bank, tmp_path: Path
) -> None:
    file = tmp_path / "patients.csv"
    file.write_text(THEIRS)
    async with page_on(bank) as (app, pilot, page):
        await choose(pilot, page, file)
        assert page.entry("map").value == "draft"
        assert entry_of(page, "Patient ID").field == "code"
        assert "female" in entry_of(page, "Gender").values
        assert "Anna" not in entry_of(page, "Patient name").cells
        at = page.panel.looked.header.index("Site")
        page.panel.table.focus()
        page.panel.table.jump(at)
        await until(lambda: page.panel.table.row is not None)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Choose) and app.focused is not None)
        await pilot.press(*"note", "enter")
        await until(lambda: app.screen is page and entry_of(page, "Site").field == "note")
        await pilot.press("f9")
        await fill(app, pilot, file="kept.toml")
        await until(lambda: "kept.toml" in said(page))
        await pilot.press("ctrl+s")
        await confirmed(app, pilot)
        await until(lambda: page.done != "")
    actor = bank.actor("admin")
    again = verbs.import_files(bank, actor, verbs.ImportRequest("donors", (file,), tmp_path / "kept.toml"))
    assert (count(bank), again.total("unchanged"), again.total("created")) == (3, 3, 0)


async def test_what_a_field_is_in_every_row_is_asked_where_no_column_says_it(bank: Bank, tmp_path: Path) -> None:
    file = tmp_path / "tubes.csv"
    file.write_text("Tube ID,Patient ID\nT-1,D1\nT-2,D1\n")
    (tmp_path / "donors.csv").write_text(GOOD)
    verbs.import_files(bank, bank.actor("admin"), verbs.ImportRequest("donors", (tmp_path / "donors.csv",)))
    async with page_on(bank) as (app, pilot, page):
        await choose(pilot, page, file)
        if page.wanted.kind != "samples":
            page.entry("kind").value = "samples"
            await until(lambda: page.panel.looked.wanted.kind == "samples")
        assert "material" in said(page)
        shown = [row.cells[1] for row in page.panel.table.source.window(0, 100)]
        page.panel.table.focus()
        page.panel.table.jump(shown.index("material"))
        await until(lambda: page.panel.table.row is not None)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Choose) and app.focused is not None)
        await pilot.press(*"Plasma", "enter")
        await until(lambda: app.screen is page and page.panel.looked.problem is None)
        await tried(app, pilot, page)
        assert "2 new" in said(page)


async def test_every_error_is_listed_sorted_written_out_and_the_good_rows_can_be_kept(
    bank: Bank, tmp_path: Path
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(BAD)
    async with page_on(bank, (80, 24)) as (app, pilot, page):
        await choose(pilot, page, file)
        await tried(app, pilot, page)
        assert "2 of 3 rows cannot be taken" in said(page)
        table = page.panel.table
        first = table.source.window(0, 1)[0].cells
        assert first[:3] == ("3", "sex", "blue")
        assert "female" in first[3]
        table.focus()
        table.ask_sort("code")
        await until(lambda: table.settled and table.sorted_by == ("code", False))
        kinds = [row.cells[4] for row in table.source.window(0, 10)]
        assert kinds == sorted(kinds)
        assert len(kinds) >= 3
        await pilot.press("f8")
        assert (await form(app)).entry("what").value == "rows"
        await fill(app, pilot, file="mend.csv")
        await until(lambda: "mend.csv" in said(page))
        assert (tmp_path / "mend.csv").read_text() == "\n".join(
            line for number, line in enumerate(BAD.split("\n")) if number != 1
        )
        await pilot.press("f8")
        await fill(app, pilot, what="errors", file="errors.csv")
        await until(lambda: "errors.csv" in said(page))
        with (tmp_path / "errors.csv").open(newline="") as lines:
            assert len(list(csv.DictReader(lines))) == len(kinds)
        await pilot.press("ctrl+s")
        await until(lambda: "nothing of the file was" in said(page))
        assert count(bank) == 0
        page.entry("bad").value = "good"
        await until(lambda: page.panel.report is None and page.panel.looked.wanted.keep_good)
        await pilot.press("ctrl+s")
        question = await confirmed(app, pilot)
        assert (2, "rows are refused and left out") in [(each.count, each.text) for each in question.changes]
        await until(lambda: page.done != "")
        assert count(bank) == 1


async def test_an_import_that_is_stopped_leaves_nothing_behind(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from biobank_tui.bank import ledger
    from biobank_tui.exchange import work as exchange_work

    monkeypatch.setattr(exchange_work, "SLICE_ROWS", 1)
    file = tmp_path / "donors.csv"
    file.write_text(GOOD)
    with bank.read() as connection:
        before = ledger.head(connection)
    real = exchange_work.Work._slice

    async with page_on(bank) as (app, pilot, page):
        await choose(pilot, page, file)
        await tried(app, pilot, page)

        def stopping(self: Any, *given: Any) -> None:
            assert isinstance(app.screen, LongWork)
            app.screen.progress.stop()
            real(self, *given)

        monkeypatch.setattr(exchange_work.Work, "_slice", stopping)
        await pilot.press("ctrl+s")
        await confirmed(app, pilot)
        await until(lambda: "Stopped" in said(page))
        assert page.done == ""
        assert page.dirty
    assert count(bank) == 0
    with bank.read() as connection:
        assert ledger.head(connection) == before


async def test_hostile_cells_headers_and_names_are_text_and_nothing_else(bank: Bank, tmp_path: Path) -> None:
    file = tmp_path / "[red]x[@click=app.quit].csv"
    file.write_text(
        "code,sex,[/] {0} \x1b]52;c;aGk=\x07,note\n"
        "[bold]D1[/bold],female,x,=1+1\n[/]D2,[@click=app.quit]m,\x1b[2J,\u202eabc\n"
    )
    async with page_on(bank, (100, 30)) as (app, pilot, page):
        await choose(pilot, page, file)
        for _turn in range(3):
            await pilot.press("f6")
            await until(lambda: page.panel.table.settled)
            svg = app.export_screenshot()
            assert "\x1b" not in svg
            assert "\u202e" not in svg
        await tried(app, pilot, page)
        assert page.panel.report is not None
        assert "[@click=app.quit]m" in [row.cells[2] for row in page.panel.table.source.window(0, 10)] or (
            page.panel.report.defects.height > 0
        )
        page.panel.table.focus()
        await pilot.press("down")
        assert app.is_running
    assert count(bank) == 0


async def test_leaving_and_drafting_anew_ask_before_anything_chosen_is_lost(bank: Bank, tmp_path: Path) -> None:
    file = tmp_path / "patients.csv"
    file.write_text(THEIRS)
    async with page_on(bank) as (app, pilot, page):
        await choose(pilot, page, file)
        page.content, page.edited = {**page.content}, True
        page.entry("kind").value = "samples"
        await until(lambda: isinstance(app.screen, Confirm))
        await pilot.press("n")
        await until(lambda: app.screen is page and page.entry("kind").value == page.wanted.kind == "donors")
        await pilot.resize_terminal(80, 24)
        assert page.entry("file").value == str(file)
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, Confirm))
        await pilot.press("n")
        await until(lambda: app.screen is page)
        await pilot.press("escape", "y")
        await at_rest(app)


async def test_a_technician_is_told_why_there_is_no_import(bank: Bank, make) -> None:
    make.person(Role.TECHNICIAN, login="tom")
    async with seated(bank, "tom") as (app, pilot):
        await view_of(app, "samples")
        await pilot.press("f7")
        await until(lambda: message(app) != "")
        assert app.screen is app.base
        assert "manager" in message(app).lower()


async def test_a_file_that_is_not_there_and_one_in_another_encoding_are_told_and_mended(
    bank: Bank, tmp_path: Path
) -> None:
    file = tmp_path / "donneurs.csv"
    file.write_bytes("code,sex,note\nD1,female,opéré\n".encode("cp1252"))
    async with page_on(bank) as (app, pilot, page):
        page.entry("file").value = str(tmp_path / "none.csv")
        await pilot.press("enter")
        await until(lambda: "none.csv" in said(page) and page.panel.said.level is Level.BAD)
        await choose(pilot, page, file)
        assert page.panel.said.level is Level.BAD
        page.entry("encoding").value = "cp1252"
        await until(lambda: page.panel.looked.problem is None)
        assert "opéré" in entry_of(page, "note").cells
        await tried(app, pilot, page)
        assert "1 new" in said(page)


async def test_the_screen_speaks_french(bank: Bank, tmp_path: Path) -> None:
    file = tmp_path / "donors.csv"
    file.write_text(BAD)
    words.set_language("fr")
    async with page_on(bank, (80, 24)) as (app, pilot, page):
        await choose(pilot, page, file)
        await tried(app, pilot, page)
        assert "Erreurs" in str(page.query_one("#tab-errors").render())
        assert "ne peuvent être" in said(page) or "lignes" in said(page)


def test_a_path_is_completed_but_no_name_that_would_act_on_the_terminal_is_offered(tmp_path: Path) -> None:
    (tmp_path / "tubes.csv").write_text("x")
    (tmp_path / "tubes2").mkdir()
    (tmp_path / "evil\x1b[2J.csv").write_text("x")
    (tmp_path / "notes.docx").write_text("x")
    assert completed(f"{tmp_path}/tu") == f"{tmp_path}/tubes.csv"
    assert completed(f"{tmp_path}/tubes2") == f"{tmp_path}/tubes2/"
    assert completed(f"{tmp_path}/ev") is None
    assert completed(f"{tmp_path}/no") is None
