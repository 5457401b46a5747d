"""The words people read, in their language.

Catalogues are gettext files under `locale/<language>/LC_MESSAGES/biobank.mo`; a sentence without a
translation is shown in English, which is what the code is written in.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from biobank_tui.rules.phrases import filled

if TYPE_CHECKING:
    from gettext import NullTranslations

    from biobank_tui.rules.errors import BiobankError

DOMAIN: Final = "biobank"
FOLDER: Final = Path(__file__).parent / "locale"


_THOUSANDS: Final = {"fr": "\u202f"}
"""What parts thousands, where it is no comma; in French a narrow space at which no line is broken."""
_LARGEST_SINGULAR: Final = {"fr": 1}
"""In which languages none is singular too (CLDR), up to which count."""


class _Catalogue:
    """The language in use; empty means English, and then gettext is never imported."""

    language = "en"
    translations: NullTranslations | None = None


def set_language(codes: str) -> str:
    """Speak this language from now on ("fr", "fr_BE.UTF-8"), or the first known of several ("de:fr"); returns it.

    "en" where there is none.
    """
    _Catalogue.language, _Catalogue.translations = "en", None
    for code in codes.split(":"):
        wanted = code.split(".", maxsplit=1)[0].replace("-", "_")
        if wanted.startswith(("en", "C", "POSIX")):
            break
        for name in filter(None, (wanted, wanted.split("_")[0])):
            if (FOLDER / name / "LC_MESSAGES" / f"{DOMAIN}.mo").is_file():
                import gettext

                _Catalogue.translations = gettext.translation(DOMAIN, FOLDER, [name])
                _Catalogue.language = name
                return name
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


def figure(count: int) -> str:
    """A count as it is read in the language in use, its thousands parted: 12,345, in French 12 345."""
    parted = f"{count:,}"
    return parted if _Catalogue.translations is None else parted.replace(",", _THOUSANDS.get(_Catalogue.language, ","))


def pair(name: str, value: str) -> str:
    """What something is called and what it is, with the language's own space before the colon."""
    return _("{name}: {value}").format(name=name, value=value)


def mark(msgid: str) -> str:
    """Name a sentence for the catalogue where it stands in a table; `_` translates it where it is shown."""
    return msgid


CODED: Final = frozenset(
    {
        "status",
        "state",
        "current",
        "target",
        "service",
        "noun",
        "verb",
        "roles",
        "following",
        "sex",
        "use",
        "agreed",
        "wanted",
        "wording",
    }
)
"""Facts that are words of ours; all others are what people wrote, or codes they type."""
PHRASED: Final = frozenset({"allowed", "diseases", "element", "kind"})
"""Facts that may be a phrase of ours, and are codes where they are one word."""


def filled_in(msgid: str, facts: Mapping[str, object]) -> str:
    """The sentence in the language in use, filled with its facts; those that are words of ours are told as words."""
    worded = {name: _worded(name, value) for name, value in facts.items()}
    return filled(_(msgid), worded, _is_one, figure)


def phrase(msgid: str, **facts: object) -> str:
    """The same, with the facts by their names."""
    return filled_in(msgid, facts)


def _is_one(count: int) -> bool:
    largest = _LARGEST_SINGULAR.get(_Catalogue.language)
    return count == 1 if largest is None else count <= largest


def _worded(name: str, value: object) -> object:
    if isinstance(value, StrEnum) or (name in CODED and isinstance(value, str)):
        ours = isinstance(value, StrEnum) or name == "verb"
        return ", ".join(_word(each, ours) for each in str(value).split(", "))
    if name in PHRASED and isinstance(value, str) and " " in value:
        return _(value)
    inner, facts = getattr(value, "sentence", None), getattr(value, "facts", None)
    return filled_in(inner, facts) if isinstance(inner, str) and isinstance(facts, Mapping) else value


def _word(coded: str, ours: bool) -> str:
    """A word of ours in the language in use; what may be none of them, as an address or a file, stays as it is."""
    if not ours and ("." in coded or "/" in coded):
        return coded
    return _(coded.replace(".", " ").replace("_", " "))


def in_words(name: str) -> str:
    """A name of ours ("birth_year") as people read it."""
    return _(name.replace("_", " "))


def sentence(error: BiobankError) -> str:
    """What an error says, in the language in use."""
    return filled_in(error.sentence, error.facts)
