"""What the import screen is asked for, and the work it does for it in a thread; nothing here touches a widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import Final

from biobank_tui.actions.importing import ImportReport, ImportRequest, import_files
from biobank_tui.actions.importing import Progress as At
from biobank_tui.exchange import drafting
from biobank_tui.exchange.drafting import Content
from biobank_tui.exchange.gathering import gathered, told_apart
from biobank_tui.exchange.kinds import KINDS
from biobank_tui.exchange.mapfiles import load_maps, shipped
from biobank_tui.exchange.maps import ColumnMap, plain_map
from biobank_tui.exchange.mapwriting import written, written_together
from biobank_tui.exchange.previewing import Understood, first_rows, told_encoding, understood
from biobank_tui.exchange.reading import Rows, Shape
from biobank_tui.rules.errors import BiobankError, Refused, Unreachable
from biobank_tui.tui.ports import Session
from biobank_tui.tui.work import Progress

NAMES: Final = "names"
DRAFT: Final = "draft"
FILE: Final = "file"
"""The maps that are none of those that travel with the program: the headers are the fields' names, drafted, a file."""
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was chosen on the screen. map: NAMES, DRAFT, FILE (then map_file), or the name of one that travels.

    path: the file that is looked at; others: those that are taken in with it, the next one first.
    """

    path: Path | None = None
    others: tuple[Path, ...] = ()
    kind: str = ALL
    map: str = DRAFT
    map_file: str = ""
    mode: str = "upsert"
    keep_good: bool = False
    relax: tuple[str, ...] = ()
    encoding: str = ""

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files, in the order of their names."""
        return tuple(sorted((self.path, *self.others))) if self.path is not None else ()

    @property
    def edited(self) -> bool:
        """Whether its map is drafted here, so that it can be edited here."""
        return self.map in (DRAFT, NAMES)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the file says as it was last looked at. maps: those that read it. under: its first rows under the first of
    them. problem: why it cannot be taken so."""

    wanted: Wanted
    rows: Rows | None = None
    content: Content | None = None
    maps: tuple[ColumnMap, ...] = ()
    under: Understood | None = None
    problem: BiobankError | None = None

    @property
    def header(self) -> tuple[str, ...]:
        return () if self.rows is None else tuple(self.rows.cells.columns)


Begun = tuple[Wanted, Content | None]


def gather(wanted: Wanted, folder: Path) -> Begun:
    """The files that were named, with a draft for the first. folder: where archives are unpacked."""
    assert wanted.path is not None
    first, *others = found = gathered(named(wanted.path), folder)
    told_apart(found)
    return begin(replace(wanted, path=first, others=tuple(others)))


def following(wanted: Wanted, drafts: Mapping[Path, Begun]) -> Wanted:
    """The next of several files in front, as it was drafted before."""
    assert wanted.path is not None
    path, *others = (*wanted.others, wanted.path)
    its = drafts[path][0] if path in drafts and wanted.edited else wanted
    return replace(wanted, path=path, others=tuple(others), kind=its.kind, map=its.map)


def named(path: Path) -> tuple[Path, ...]:
    """The files that a line names: one, several parted by ; or those that fit a pattern (*.csv)."""
    text = str(path)
    if path.exists():
        return (path,)
    if ";" in text:
        return tuple(Path(each.strip()).expanduser() for each in text.split(";") if each.strip())
    fits = sorted(path.parent.glob(path.name)) if "*" in path.name or "?" in path.name else []
    return tuple(fits) or (path,)


def begin(wanted: Wanted) -> Begun:
    """What a file seems to be: its kind, and whether its headers are our own; with a draft of its map."""
    assert wanted.path is not None
    _there(wanted.path)
    content = drafting.draft(wanted.path)
    kind = drafting.kind_of(content)
    try:
        rows = first_rows(wanted.path, told_encoding(drafting.shape_of(content), wanted.encoding), 1)
    except BiobankError:
        return replace(wanted, kind=kind.name, map=DRAFT), content
    own = all(kind.field(name) is not None for name in rows.cells.columns) and "file" not in content
    return replace(wanted, kind=kind.name, map=NAMES if own else DRAFT), content


def draft_anew(wanted: Wanted) -> Content:
    """A draft for the kind that was chosen."""
    assert wanted.path is not None
    return drafting.draft(wanted.path, KINDS.get(wanted.kind))


def map_path(wanted: Wanted, content: Content | None, folder: Path) -> Path | None:
    """The map as a file; a drafted one is written into `folder` under the name of the file it is for."""
    if wanted.map == NAMES:
        return None
    if wanted.map == DRAFT:
        assert wanted.path is not None
        path = folder / f"{wanted.path.name.split('.')[0][:60] or 'drafted'}.toml"
        path.write_text(written(content or {}), encoding="utf-8")
        return path
    return Path(wanted.map_file).expanduser() if wanted.map == FILE else Path(wanted.map)


def look(session: Session, wanted: Wanted, content: Content | None, folder: Path) -> Looked:
    """Read the first rows, and how they will be understood. What is wrong is told in `problem`, not raised."""
    assert wanted.path is not None
    looked = Looked(wanted, content=content)
    try:
        _there(wanted.path)
        shape = drafting.shape_of(content) if wanted.map == DRAFT and content else Shape()
        path, problem = map_path(wanted, content, folder), None
        try:
            if wanted.map == DRAFT and content:
                _whole(content)
            maps = _reading(wanted, load_maps(path)) if path is not None else ()
            shape = maps[0].shape if maps else shape
        except BiobankError as error:
            maps, problem = (), error
        rows = first_rows(wanted.path, told_encoding(shape, wanted.encoding))
        looked = replace(looked, rows=rows, maps=maps)
        if problem is not None:
            raise problem
        if wanted.map == NAMES:
            looked = replace(looked, maps=(plain_map(KINDS[wanted.kind], looked.header),))
        under = understood(wanted.path, rows, looked.maps[0], frozenset(wanted.relax), session.bank.setting("zone"))
        return replace(looked, under=under, problem=under.problem)
    except BiobankError as error:
        return replace(looked, problem=error)


def _whole(content: Content) -> None:
    """Refused while a field that is needed has neither a column nor a value."""
    missing = [field.name for field in drafting.wanting(content)]
    if missing:
        raise Refused(
            "import.needed",
            "Still needed: {fields}. Choose the line below, and say its column or its value.",
            fields=", ".join(missing),
        )


def _there(path: Path) -> None:
    if not path.exists():
        raise Unreachable("file.absent", "There is no file {file}.", file=str(path))


def _reading(wanted: Wanted, maps: tuple[ColumnMap, ...]) -> tuple[ColumnMap, ...]:
    """The maps that read the file as rows of the kind that is wanted."""
    assert wanted.path is not None
    name = wanted.path.name
    fits = tuple(
        each
        for each in maps
        if fnmatchcase(name, each.files) and (wanted.kind in (ALL, each.kind.name) or wanted.edited)
    )
    if not fits:
        raise Refused(
            "import.no_map",
            "The map reads nothing of {file} as {kind}. It is for {its}, in files called {patterns}.",
            file=name,
            kind=wanted.kind,
            its=", ".join(dict.fromkeys(each.kind.name for each in maps)),
            patterns=", ".join(dict.fromkeys(each.files for each in maps)),
        )
    return fits


def _maps_of_all(wanted: Wanted, drafts: Mapping[Path, Begun], folder: Path) -> tuple[str, Path]:
    """The kind and the map of several files: each as it was drafted, or as it would be."""
    contents = []
    for path in wanted.paths:
        its, content = drafts.get(path) or begin(replace(wanted, path=path, map=DRAFT))
        if its.map == NAMES:
            header = tuple(first_rows(path, told_encoding(Shape(), wanted.encoding), 1).cells.columns)
            content = drafting.plain_content(KINDS[its.kind], header)
        contents.append((content or {}) | {"files": escape(path.name)})
    kinds = {str(content["kind"]) for content in contents}
    made = folder / "drafted.toml"
    made.write_text(written_together(contents), encoding="utf-8")
    return (kinds.pop() if len(kinds) == 1 else ALL), made


def take(
    session: Session,
    wanted: Wanted,
    drafts: Mapping[Path, Begun],
    folder: Path,
    *,
    dry_run: bool,
    refused: Path | None = None,
) -> Callable[[Progress], ImportReport]:
    """Judge the files against the bank, or take them in. Stopped by hand it leaves nothing behind.

    drafts: for the files that were looked at, what they were drafted as. refused: where the refused rows are written.
    """
    assert wanted.path is not None
    _its, content = drafts.get(wanted.path, (wanted, None))

    def run(progress: Progress) -> ImportReport:
        kind, path = wanted.kind, None
        if wanted.others and wanted.edited:
            kind, path = _maps_of_all(wanted, drafts, folder)
        else:
            path = map_path(wanted, content, folder)
        request = ImportRequest(
            kind,
            wanted.paths,
            path,
            wanted.mode,
            dry_run,
            wanted.keep_good,
            wanted.relax,
            None,
            wanted.encoding or None,
            refused=refused,
        )

        def told(at: At) -> None:
            progress.done = at.rows
            if at.left is not None:
                progress.total = at.rows + round(at.left * at.rate)
            progress.step(0)

        return import_files(session.bank, session.actor, request, told)

    return run


def write_refused(
    session: Session, wanted: Wanted, drafts: Mapping[Path, Begun], folder: Path
) -> Callable[[Path], ImportReport]:
    """Tries several files once more, and writes the refused rows of each into a folder."""
    return lambda out: take(session, wanted, drafts, folder, dry_run=True, refused=out)(Progress(""))


def map_names() -> tuple[str, ...]:
    """The maps that travel with the program."""
    return tuple(shipped())


def stamp(wanted: Wanted) -> tuple[int, ...] | None:
    """By what the files are known to be those that were tried."""
    try:
        found = [path.stat() for path in wanted.paths]
    except OSError:
        return None
    return tuple(number for each in found for number in (each.st_mtime_ns, each.st_size)) or None


def nothing_chosen() -> Refused:
    """There is nothing to try yet."""
    return Refused("import.nothing", "Choose a file first.")
