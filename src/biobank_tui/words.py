"""The words people read, in their language.

Catalogues are gettext files under `locale/<language>/LC_MESSAGES/biobank.mo`; a sentence without a
translation is shown in English, which is what the code is written in.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gettext import NullTranslations

    from biobank_tui.rules.errors import BiobankError

DOMAIN: Final = "biobank"
FOLDER: Final = Path(__file__).parent / "locale"


class _Catalogue:
    """The language in use; empty means English, and then gettext is never imported."""

    language = "en"
    translations: NullTranslations | None = None


def set_language(code: str) -> str:
    """Speak this language from now on ("fr", "fr_BE.UTF-8"); returns the one found, "en" where there is none."""
    wanted = code.split(".", maxsplit=1)[0].replace("-", "_")
    _Catalogue.language, _Catalogue.translations = "en", None
    if wanted and not wanted.startswith(("en", "C", "POSIX")):
        import gettext

        for name in (wanted, wanted.split("_")[0]):
            if gettext.find(DOMAIN, FOLDER, [name]):
                _Catalogue.translations = gettext.translation(DOMAIN, FOLDER, [name])
                _Catalogue.language = name
                break
    return _Catalogue.language


def language() -> str:
    """The language in use, "en" unless a catalogue was found."""
    return _Catalogue.language


def _(msgid: str) -> str:
    """The sentence in the language in use; the English itself where it has no translation."""
    if _Catalogue.translations is None or not msgid:
        return msgid
    return _Catalogue.translations.gettext(msgid)


def ngettext(one: str, many: str, count: int) -> str:
    """The form that fits the count, by the language's own rule; fill it with .format(count=…) afterwards."""
    if _Catalogue.translations is None:
        return one if count == 1 else many
    return _Catalogue.translations.ngettext(one, many, count)


def mark(msgid: str) -> str:
    """Name a sentence for the catalogue where it stands in a table; `_` translates it where it is shown."""
    return msgid


def sentence(error: BiobankError) -> str:
    """What an error says, in the language in use."""
    return _(error.sentence).format(**error.facts)
