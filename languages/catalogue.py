"""The template of all sentences, and each language's catalogue of them, as gettext keeps them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from biobank_tui.words import DOMAIN, FOLDER
from languages.tables import tabled
from languages.written import written

ROOT: Final = Path(__file__).parent.parent
PACKAGE: Final = "src/biobank_tui"
TEMPLATE: Final = FOLDER / f"{DOMAIN}.pot"
PLURALS: Final = {"fr": "nplurals=2; plural=(n > 1);"}
"""Each language's plural forms, of which the sentences have as many."""

LANGUAGES: Final = tuple(PLURALS)
_NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Words(Catalog):
    """Sentences and nothing of the release of Babel that writes them, whose version and plural rules change."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        *others, (name, value) = [pair for pair in Catalog.mime_headers.fget(self) if pair[0] != "Generated-By"]
        return [*others, (name, f"{value}\n")]

    @mime_headers.setter
    def mime_headers(self, headers: list[tuple[str, str]]) -> None:
        Catalog.mime_headers.fset(self, headers)


def _empty(language: str) -> Words:
    found = Words(
        locale=language,
        domain=DOMAIN,
        project="biobank-tui",
        version="1",
        creation_date=_NEVER,
        revision_date=_NEVER,
        last_translator="biobank-tui",
        language_team=language,
        charset="utf-8",
        fuzzy=False,
    )
    found.mime_headers = [("Plural-Forms", PLURALS[language])]
    found.header_comment = "# Sentences come from the source by `make words`; the translations are written here."
    return found


def po_file(language: str) -> Path:
    """A language's catalogue, as people edit it."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_file(language: str) -> Path:
    """A language's catalogue, as the program reads it."""
    return po_file(language).with_suffix(".mo")


def template() -> Catalog:
    """Every sentence of the program, in the order of the files they stand in."""
    # Dates and versions would change the files where no word has.
    catalogue = Words(
        project="biobank-tui", version="1", creation_date=_NEVER, revision_date=_NEVER, charset="utf-8", fuzzy=False
    )
    catalogue.header_comment = "# Made by `make words` from the source."
    found = {(each.msgid, each.file) for each in (*written(ROOT, ROOT / PACKAGE), *tabled(PACKAGE))}
    plural_forms = {msgid[0]: msgid for msgid, _file in found if isinstance(msgid, tuple)}
    for msgid, file in sorted(found, key=lambda each: (each[1], str(each[0]))):
        one = msgid if isinstance(msgid, tuple) else plural_forms.get(msgid, msgid)
        catalogue.add(one, locations=[(file, 0)])
    return catalogue


def catalogue_of(language: str) -> Catalog:
    """A language's catalogue as it stands in its file; an empty one where there is none yet."""
    path, found = po_file(language), _empty(language)
    if path.is_file():
        read = read_po(io.BytesIO(path.read_bytes()), locale=language, domain=DOMAIN)
        found.obsolete = read.obsolete
        for each in read:
            if each.id:
                found.add(each.id, each.string, each.locations, each.flags, context=each.context)
    return found


def updated(language: str, of: Catalog) -> Catalog:
    """The language's catalogue with the sentences of the template: none guessed, none that are no more."""
    before = catalogue_of(language)
    after = _empty(language)
    for message in of:
        if message.id:
            kept = before.get(message.id if isinstance(message.id, str) else message.id[0])
            after.add(message.id, _kept(kept, message), locations=message.locations)
    return after


def _kept(before: Message | None, message: Message) -> str | tuple[str, ...]:
    if before is None or bool(before.pluralizable) is not bool(message.pluralizable):
        return ("", "") if message.pluralizable else ""
    return tuple(before.string) if isinstance(before.string, tuple | list) else before.string or ""


def as_po(catalogue: Catalog) -> bytes:
    """The catalogue as the text of its file."""
    text = io.BytesIO()
    write_po(text, catalogue, width=110, include_lineno=False)
    return text.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """Sentences that have no translation, or only a guessed one."""
    return [str(each.id) for each in catalogue if each.id and (each.fuzzy or not _whole(each))]


def _whole(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def refresh() -> int:
    """Write the template, and each language anew; the number of languages that are not whole."""
    sentences = template()
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(as_po(sentences))
    unfinished = 0
    for language in LANGUAGES:
        catalogue = updated(language, sentences)
        missing = untranslated(catalogue)
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        po_file(language).write_bytes(as_po(catalogue))
        mo_file(language).write_bytes(as_mo(catalogue))
        print(f"{language}: {len(catalogue) - len(missing)} of {len(catalogue)} sentences are translated.")
        for msgid in missing:
            print(f"  to translate: {msgid}")
        unfinished += bool(missing)
    return unfinished
