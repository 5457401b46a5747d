"""The import screen: choose a file, see how it is understood, try it, read what is wrong with it, and take it in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from biobank_tui.exchange.drafting import Content as MapContent
from biobank_tui.exchange.drafting import plain_content
from biobank_tui.exchange.gathering import ENDINGS
from biobank_tui.exchange.kinds import KINDS
from biobank_tui.rules.errors import BiobankError
from biobank_tui.tui import work
from biobank_tui.tui.dialogs import Confirm, Dialog
from biobank_tui.tui.form import Line, PickLine
from biobank_tui.tui.longwork import carry_out
from biobank_tui.tui.ports import Level, Session
from biobank_tui.tui.safe import plain
from biobank_tui.tui.screens import import_edit, import_files, import_job
from biobank_tui.tui.screens.import_help import ImportHelp
from biobank_tui.tui.screens.import_job import DRAFT, FILE, NAMES, Looked, Wanted
from biobank_tui.tui.screens.import_panel import ImportPanel
from biobank_tui.tui.screens.import_tables import Entry
from biobank_tui.tui.screens.import_words import asked, changes, fields, named, news, tried, written_words
from biobank_tui.words import _, sentence


class ImportPage(Dialog[str | None]):
    """Answers what was taken in, in a sentence; None where nothing was.

    wanted: what is chosen. content: of the drafted map. drafts: of the files that were looked at before. edited:
    whether it was changed here. done: what was taken in. text: what the file's line said when it was last read.
    """

    command_group: ClassVar[str] = "import"

    def __init__(self, session: Session, folder: Path) -> None:
        super().__init__()
        self.session, self.folder = session, folder
        self.wanted = Wanted()
        self.content: MapContent | None = None
        self.panel = ImportPanel()
        self.drafts: dict[Path, import_job.Begun] = {}
        self.stamp: tuple[int, ...] | None = None
        self.text = ""
        self.done = ""
        self.edited = False
        self._setting = False

    # -- layout ------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        with Vertical(id="import-page"):
            yield Static(plain(_("Import")), classes="dialog-title")
            asked_of = {field.name: field for field in fields(import_job.map_names())}
            for row in (("file",), ("kind", "map"), ("map_file",), ("mode", "bad"), ("relax", "encoding")):
                with Horizontal(classes="import-row", id=f"row-{row[0]}"):
                    for name in row:
                        field = asked_of[name]
                        yield Static(plain(field.label), classes="import-label")
                        entry: Widget = PickLine(field) if field.options else Line(field.value, placeholder=field.hint)
                        if isinstance(entry, Line):
                            endings = ENDINGS if name == "file" else (".toml",)
                            entry.suggester = import_files.Paths(endings)
                        entry.id = f"import-{name}"
                        yield entry
            yield self.panel
            yield Static(plain(self._keys()), classes="import-keys")

    def _keys(self) -> str:
        return _("F2 files · F5 try · F6 tables · F8 errors · F9 keep map · ^S import · Esc")

    def on_mount(self) -> None:
        self.query_one("#row-map_file").display = False
        for entry in self.query(PickLine):
            self.watch(entry, "value", partial(self._picked, entry), init=False)
        self.panel.turn("columns")
        self._say(Level.NOTE, _("Type or choose a file; nothing is written before you say so."))
        self.query_one("#import-file").focus()

    def entry(self, name: str) -> Line | PickLine:
        """The widget that asks this."""
        found = self.query_one(f"#import-{name}")
        assert isinstance(found, Line | PickLine)
        return found

    @property
    def dirty(self) -> bool:
        """Whether leaving would lose something: a file was named, and it was not taken in."""
        return not self.done and bool(self.entry("file").value.strip())

    def _say(self, level: Level, said: str) -> None:
        self.panel.say(level, said)

    def _failed(self, error: BiobankError) -> None:
        self._say(Level.BAD, sentence(error))

    # -- what is chosen ----------------------------------------------------------------------------

    @on(Line.Done)
    def _entered(self, event: Line.Done) -> None:
        event.stop()
        if not self._changed_line():
            self.focus_next()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """A field that was left with something new in it is read."""
        if isinstance(event.widget, Line):
            self._changed_line()

    def _changed_line(self) -> bool:
        """Read the file, or the map's file, where another one is named now; whether there is."""
        text = self.entry("file").value.strip()
        if text != self.text:
            self.text, self.drafts = text, {}
            self.wanted = replace(self.wanted, path=Path(text).expanduser() if text else None, others=())
            self._again()
            if text:
                self._begin()
            return True
        map_file = self.entry("map_file").value.strip()
        if self.wanted.map == FILE and map_file != self.wanted.map_file:
            self.wanted = replace(self.wanted, map_file=map_file)
            self._look()
            return True
        return False

    def _begin(self) -> None:
        unpacked = self.folder / f"unpacked-{len(list(self.folder.iterdir()))}"
        work.run(self, "look", partial(import_job.gather, self.wanted, unpacked), self._begun, self._not_begun)

    async def _next(self) -> None:
        """The next of several files comes to the front; what was said of this one is kept."""
        if not self.wanted.others:
            self._say(Level.NOTE, _("There is one file; a folder, an archive or a pattern (*.csv) names several."))
            return
        self.drafts = self._drafts()
        self.wanted = import_job.following(self.wanted, self.drafts)
        its = next((content for path, (_its, content) in self.drafts.items() if path == self.wanted.path), None)
        if its is None and self.wanted.edited:
            work.run(self, "look", partial(import_job.begin, self.wanted), self._begun, self._not_begun)
        else:
            self._begun((self.wanted, its))

    def _drafts(self) -> dict[Path, import_job.Begun]:
        """What the files that were looked at are taken as."""
        path = self.wanted.path
        return self.drafts if path is None else {**self.drafts, path: (self.wanted, self.content)}

    def _begun(self, found: tuple[Wanted, MapContent | None]) -> None:
        self.wanted, self.content = found
        self.edited = bool(self.drafts) and self.edited
        self._set(kind=self.wanted.kind, map=self.wanted.map)
        self._look()

    def _not_begun(self, error: BiobankError) -> None:
        """No draft can be made of it; a map that is chosen may still read it."""
        self.content = None
        self._failed(error)

    def _set(self, **values: str) -> None:
        """Show what was found out, without its being taken for a choice."""
        self._setting = True
        for name, value in values.items():
            self.entry(name).value = value
        self._setting = False
        self.query_one("#row-map_file").display = self.entry("map").value == FILE

    def _picked(self, entry: PickLine, value: str) -> None:
        name = (entry.id or "").removeprefix("import-")
        before = self.wanted
        match name:
            case "kind":
                self.wanted = replace(before, kind=value)
            case "map":
                kind = before.kind if value in (DRAFT, NAMES) else import_job.ALL
                self.wanted = replace(before, map=value, kind=kind)
            case "mode":
                self.wanted = replace(before, mode=value)
            case "bad":
                self.wanted = replace(before, keep_good=value == "good")
            case "relax":
                self.wanted = replace(before, relax=tuple(each for each in value.split(",") if each))
            case "encoding":
                self.wanted = replace(before, encoding=value)
        if self._setting or self.wanted == before:
            return
        redraft = self.wanted.edited and (self.wanted.kind, self.wanted.map) != (before.kind, before.map)
        if redraft and self.edited:
            self._ask_redraft(before)
        else:
            self._take_up(redraft)

    def _ask_redraft(self, before: Wanted) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._take_up(redraft=True)
            else:
                self.wanted = before
                self._set(kind=before.kind, map=before.map)

        question = Confirm(_("Draft the map anew? What you said of the columns is lost."), yes=_("Draft anew"))
        self.app.push_screen(question, answered)

    def _take_up(self, redraft: bool) -> None:
        """Something else was chosen: look at the file again with it."""
        if self.wanted.edited and self.wanted.kind == import_job.ALL:
            kind = str(self.content["kind"]) if self.content else "samples"
            self.wanted = replace(self.wanted, kind=kind)
        self._set(kind=self.wanted.kind, map=self.wanted.map)
        self._again()
        if self.wanted.path is None:
            return
        if self.content is None and self.wanted.map == DRAFT:
            self._begin()
        elif redraft and self.wanted.map == DRAFT:
            self.edited = False
            work.run(self, "look", partial(import_job.draft_anew, self.wanted), self._drafted, self._failed)
        else:
            if self.wanted.map == NAMES:
                self.edited = False
            self._look()

    def _drafted(self, content: MapContent) -> None:
        self.content = content
        self._look()

    def _again(self) -> None:
        """What was found by the last trial no longer holds."""
        self.done = ""
        self.panel.forget()

    def _look(self) -> None:
        self._again()
        if self.wanted.path is not None:
            job = partial(import_job.look, self.session, self.wanted, self.content, self.folder)
            work.run(self, "look", job, self._seen)

    def _seen(self, looked: Looked) -> None:
        if self.wanted.map == NAMES and looked.rows is not None:
            looked = replace(looked, content=plain_content(KINDS[self.wanted.kind], looked.header))
        self.panel.seen(looked)
        if looked.problem is not None:
            self._failed(looked.problem)
        else:
            self._say(*asked(looked))

    # -- what a column becomes ---------------------------------------------------------------------

    @on(ImportPanel.Edit)
    def _chosen(self, event: ImportPanel.Edit) -> None:
        self.run_worker(self._guarded(partial(self._edit, event.entry)), group="import", exclusive=True)

    async def _edit(self, entry: Entry) -> None:
        """What a column becomes is changed."""
        looked = self.panel.looked
        if looked is None or looked.content is None or not looked.wanted.edited:
            self._say(Level.WARN, _("This map is a file: change it there, or choose the drafted map."))
            return
        content = await import_edit.edit(self, looked, entry)
        if content is not None and content != looked.content:
            self.content, self.edited = content, True
            self.wanted = replace(self.wanted, map=DRAFT)
            self._set(map=DRAFT)
            self._look()

    # -- keys --------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """The keys named below, and those of the table."""
        table = self.panel.table
        if event.key == "f1":
            self.app.push_screen(ImportHelp())
        elif event.key == "f6":
            self.panel.turn()
            table.focus()
        elif event.key in ("f2", "f4", "f5", "f8", "f9", "ctrl+s"):
            self._changed_line()
            acts = {"f2": self._browse, "f4": self._next, "f5": self._try, "f8": self._save, "f9": self._keep}
            self.run_worker(self._guarded(acts.get(event.key, self._apply)), group="import", exclusive=True)
        elif event.key == "s" and table.has_focus:
            table.do_sort()
        elif event.key in ("down", "up") and not table.has_focus:
            (self.focus_next if event.key == "down" else self.focus_previous)()
        else:
            return
        event.stop()
        event.prevent_default()

    async def _guarded(self, act: object) -> None:
        try:
            await act()  # type: ignore[operator]
        except BiobankError as error:
            self._failed(error)

    async def _browse(self) -> None:
        name = "map_file" if self.focused is self.entry("map_file") else "file"
        endings = ENDINGS if name == "file" else (".toml",)
        chosen = await import_files.browse(self, self.entry(name).value.strip(), endings)
        if chosen is not None:
            self.entry(name).value = chosen
            self._changed_line()

    async def _save(self) -> None:
        if self.panel.looked is None or self.panel.report is None or not self.panel.report.defects.height:
            self._say(Level.NOTE, _("There are no errors to write: F5 tries the file."))
            return
        again = import_job.write_refused(self.session, self.wanted, self._drafts(), self.folder)
        said = await import_files.save_outcome(self, self.panel.looked, self.panel.report, again)
        if said is not None:
            self._say(Level.GOOD, said)

    async def _keep(self) -> None:
        if self.panel.looked is None or self.panel.looked.content is None or not self.wanted.edited:
            self._say(Level.NOTE, _("Only a drafted map is kept as a file."))
            return
        said = await import_files.save_map(self, self.panel.looked)
        if said is not None:
            self._say(Level.GOOD, said)

    # -- trying, and taking in ---------------------------------------------------------------------

    async def _ready(self) -> None:
        """Wait until the file was looked at as it is chosen now; raises what keeps it from being tried."""
        # One look may lead to the next: a draft is made before the file is looked at under it.
        while looking := [each for each in self.workers if each.node is self and each.group == "work:look"]:
            await self.workers.wait_for_complete(looking)
        looked = self.panel.looked
        if looked is None or looked.wanted.path != self.wanted.path or self.wanted.path is None:
            raise import_job.nothing_chosen()
        if looked.problem is not None:
            raise looked.problem

    async def _try(self) -> None:
        await self._ready()
        wanted = self.wanted
        stamp = import_job.stamp(wanted)
        job = import_job.take(self.session, wanted, self._drafts(), self.folder, dry_run=True)
        report = await carry_out(self, _("Trying {file}").format(file=named(wanted)), job)
        if wanted == self.wanted:
            self.stamp = stamp
            self.panel.judged(report)
            self._say(*tried(report, wanted.keep_good))

    async def _apply(self) -> None:
        await self._ready()
        if self.done:
            self._say(Level.NOTE, self.done)
            return
        if self.panel.report is None or self.stamp != import_job.stamp(self.wanted):
            await self._try()
        report, wanted = self.panel.report, self.wanted
        if report is None:
            return
        level, said = tried(report, wanted.keep_good)
        if level is Level.BAD or not news(report):
            self._say(level, said)
            return
        name = named(wanted)
        question = Confirm(_("Import {file}?").format(file=name), changes(report), yes=_("Import"))
        if not await self.app.push_screen_wait(question):
            return
        job = import_job.take(self.session, wanted, self._drafts(), self.folder, dry_run=False)
        report = await carry_out(self, _("Importing {file}").format(file=name), job)
        self.panel.judged(report)
        level, said = written_words(report)
        self.done = said if level is not Level.BAD else ""
        self._say(level, said)

    def leave(self) -> None:
        if self.dirty:
            question = Confirm(
                _("Leave the import? Nothing was taken in, and what you chose is lost."), yes=_("Leave"), no=_("Stay")
            )
            self.app.push_screen(question, self._left)
        else:
            self.dismiss(self.done or None)

    def _left(self, leave: bool | None) -> None:
        if leave:
            self.dismiss(None)
