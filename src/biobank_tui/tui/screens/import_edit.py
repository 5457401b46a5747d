"""What a column of the file becomes is chosen, and in what way it is read."""

from __future__ import annotations

from typing import Any, Final

from textual.screen import Screen

from biobank_tui.exchange import drafting
from biobank_tui.exchange.drafting import Content
from biobank_tui.exchange.fields import Field as Asked
from biobank_tui.rules.amounts import Unit
from biobank_tui.tui.dialogs import Choose, Option
from biobank_tui.tui.fields import Field, Kind
from biobank_tui.tui.form import Answer, Form
from biobank_tui.tui.screens.import_job import Looked
from biobank_tui.tui.screens.import_tables import FORMATS, Entry
from biobank_tui.words import _, language

NOTHING: Final = "-"
DROP, LINK = "-drop", "-link"
FAMILY: Final = ".*"
MOST_VALUES: Final = 40
LABEL: Final = 60
"""Characters of a cell shown beside what it means."""


async def edit(screen: Screen[Any], looked: Looked, entry: Entry) -> Content | None:
    """Ask what a line of the columns' table is to be; the map's new content, None where nothing changes."""
    content = looked.content
    if content is None:
        return None
    if not entry.column:
        return await _constant(screen, content, entry.field)
    title = _("What does “{column}” become?").format(column=entry.column)
    chosen = await screen.app.push_screen_wait(Choose(title, _options(content), [entry.field or NOTHING]))
    if chosen is None:
        return None
    if chosen == NOTHING:
        return drafting.without(content, entry.column)
    if chosen in (DROP, LINK):
        return drafting.with_fate(content, entry.column, chosen.removeprefix("-"))
    asked = drafting.kind_of(content).field(chosen)
    assert asked is not None
    return await _how(screen, looked, content, entry.column, asked)


def _options(content: Content) -> list[Option]:
    taken = content.get("columns", {})
    made = [Option(NOTHING, _("not read"))]
    for field in drafting.kind_of(content).fields:
        now = ", ".join(drafting.columns_of(taken.get(field.name)))
        said = field.fr if language() == "fr" else field.en
        made.append(Option(field.name, field.name, f"{said}  ← {now}" if now else said))
    made.append(Option(DROP, _("left out: it names a person"), _("nothing of it comes in")))
    made.append(Option(LINK, _("makes the donor known again"), _("kept only as a token that cannot be turned back")))
    return made


async def _constant(screen: Screen[Any], content: Content, name: str) -> Content | None:
    """A field that no column gives is the same in every row."""
    field = drafting.kind_of(content).field(name)
    assert field is not None
    now = drafting.constants(content).get(name, "")
    if field.choices:
        options = [Option("", _("nothing")), *(Option(value, value) for value in field.choices)]
        title = _("{field} of every row").format(field=name)
        value = await screen.app.push_screen_wait(Choose(title, options, [now]))
    else:
        said = field.fr if language() == "fr" else field.en
        form = Form(
            _("{field} of every row").format(field=name),
            [Field("value", _("Value"), value=now, required=False, hint=said)],
            submit=_("Take"),
        )
        answer = await screen.app.push_screen_wait(form)
        value = None if answer is None else str(answer["value"])
    return None if value is None else drafting.constant(content, name, value)


async def _how(screen: Screen[Any], looked: Looked, content: Content, column: str, asked: Asked) -> Content | None:
    """The column becomes this field; what cannot be known from its cells is asked."""
    before = drafting.field_of(content, column)
    same = before is not None and drafting.kind_of(content).field(before) is asked
    how = {name: item for name, item in drafting.how_read(content, before or "").items() if name != "optional"}
    how = how if same else {}
    values = _distinct(looked, column) if asked.choices else []
    fields = _questions(asked, how, values, (before or "") if same else "")
    if not fields:
        return drafting.assigned(content, column, asked.name, how)
    form = Form(_("How is “{column}” read?").format(column=column), fields, submit=_("Take"))
    answer = await screen.app.push_screen_wait(form)
    if answer is None:
        return None
    known = how.get("lookup")
    keys = _answered(answer, values, known if isinstance(known, dict) else {})
    return drafting.assigned(content, column, _name(asked, answer), how | keys)


def _name(asked: Asked, answer: Answer) -> str:
    return asked.name.removesuffix("*") + answer["member"] if asked.name.endswith(FAMILY) else asked.name


def _questions(asked: Asked, how: dict[str, object], values: list[str], before: str) -> list[Field]:
    made = []
    if asked.name.endswith(FAMILY):
        said = asked.fr if language() == "fr" else asked.en
        made.append(Field("member", _("Which"), value=before.partition(".")[2], hint=said))
    wanted = drafting.asks(asked)
    if "format" in wanted:
        options = [Option(name, _(word)) for name, word in FORMATS.items()]
        now = str(how.get("format", "iso"))
        if now not in FORMATS:
            options.append(Option(now, now))
        made.append(Field("format", _("Dates"), Kind.CHOICE, options, now))
    if "unit" in wanted:
        options = [Option("", _("stands in the cell")), *(Option(str(unit), str(unit)) for unit in Unit)]
        made.append(Field("unit", _("Unit"), Kind.CHOICE, options, str(how.get("unit", "")), required=False))
    if "decimal" in wanted:
        options = [Option(".", _("decimal point")), Option(",", _("decimal comma"))]
        made.append(Field("decimal", _("Numbers"), Kind.CHOICE, options, str(how.get("decimal", "."))))
    if "lookup" in wanted:
        known = how.get("lookup")
        told = known if isinstance(known, dict) else {}
        own = {choice.casefold(): choice for choice in asked.choices}
        options = [Option("", _("not told")), *(Option(choice, choice) for choice in asked.choices)]
        made += [
            Field(
                f"v{at}",
                value[:LABEL],
                Kind.CHOICE,
                options,
                told.get(value) or own.get(value.casefold(), ""),
                required=False,
            )
            for at, value in enumerate(values)
        ]
    return made


def _answered(answer: Answer, values: list[str], before: dict[str, str]) -> dict[str, object]:
    """The keys of the source; what is so anyhow is not said."""
    keys: dict[str, object] = {}
    if "format" in answer:
        keys["format"] = "" if answer["format"] == "iso" else answer["format"]
    if "unit" in answer:
        keys["unit"] = answer["unit"] or ""
    if "decimal" in answer:
        keys["decimal"] = "" if answer["decimal"] == "." else answer["decimal"]
    if values:
        told = {value: answer[f"v{at}"] for at, value in enumerate(values) if answer[f"v{at}"]}
        plain = all(value.casefold() == meaning.casefold() for value, meaning in told.items())
        others = {value: meaning for value, meaning in before.items() if value not in values}
        keys["lookup"] = {} if plain and not others else others | told
    return keys


def _distinct(looked: Looked, column: str) -> list[str]:
    """The different values of a column, as far as it was looked at."""
    assert looked.rows is not None
    said = looked.rows.cells[column].drop_nulls().str.strip_chars().unique(maintain_order=True)
    nulls = set(looked.content.get("file", {}).get("nulls", ())) if looked.content else set()
    return [value for value in said.to_list() if value and value not in nulls][:MOST_VALUES]
