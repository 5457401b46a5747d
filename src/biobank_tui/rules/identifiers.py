"""Direct identifiers by their column headers: what no donor's row may bring into the bank.

For tables of donors, samples and consents; a freezer's name and a hospital's address are nobody's.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache


class IdentifierKind(StrEnum):
    NAME = "name"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    NATIONAL_ID = "national_id"
    HOSPITAL_NUMBER = "hospital_number"
    PHONE = "phone"
    EMAIL = "email"


K = IdentifierKind

# Words in English, French and German; accents and case are folded away before they are compared.
PHRASES: dict[IdentifierKind, str] = {
    K.NAME: (
        "name, names, surname, forename, firstname, lastname, fullname, givenname, familyname, maidenname, "
        "middlename, nickname, initials, nom, noms, prenom, prenoms, nom prenom, nom de famille, nom de naissance, "
        "nom usuel, nom de jeune fille, nachname, vorname, vornamen, familienname, geburtsname, rufname, "
        "patientenname, initialen, initiales"
    ),
    K.ADDRESS: (
        "address, addresses, street, street address, house number, postcode, post code, postal code, zip, zip code, "
        "zipcode, adresse, rue, code postal, codepostal, strasse, hausnummer, plz, postleitzahl, anschrift, "
        "wohnort, address line, addr"
    ),
    K.BIRTH_DATE: (
        "dob, birth date, birthdate, birthday, date of birth, day of birth, birth day, birth dt, date birth, "
        "date naissance, date de naissance, ddn, jour de naissance, naissance, geburtsdatum, geburtstag, geb datum"
    ),
    K.NATIONAL_ID: (
        "ssn, social security, social security number, social security no, national id, national identifier, "
        "national number, national insurance number, nino, identity card, id card, identity number, passport, "
        "passport number, nir, insee, numero insee, securite sociale, numero de securite sociale, numero secu, nss, "
        "carte vitale, numero national, carte d identite, passeport, registre national, personalausweis, "
        "ausweisnummer, reisepass, sozialversicherungsnummer, svnr, sv nummer, steuer id, steuernummer, "
        "ahv nummer, ahv, avs, niss, nrn, pesel, bsn, cpf, personnummer, codice fiscale, tax id, "
        "driving licence, driver license"
    ),
    K.HOSPITAL_NUMBER: (
        "mrn, mrnr, medical record, medical record number, medical record no, medical record id, hospital number, "
        "hospital no, hospital id number, health record number, chart number, chart no, nhs, nhs number, nhs no, "
        "chi number, health insurance number, insurance number, insurance id, medicare number, medicaid number, "
        "ipp, nip, numero ipp, numero de dossier, no dossier, numero dossier, dossier patient, dossier medical, "
        "numero patient, numero de sejour, iep, patientennummer, patienten nr, patientennr, fallnummer, "
        "krankenaktennummer, versichertennummer, krankenversicherungsnummer, kvnr, kv nummer, aufnahmenummer"
    ),
    K.PHONE: (
        "phone, phones, phone number, telephone, telephone number, tel, mobile, mobile number, mobile phone, "
        "cell phone, cellphone, fax, fax number, telefon, telefonnummer, handy, handynummer, mobiltelefon, "
        "portable, numero de telephone, numero de portable, telefax, rufnummer"
    ),
    K.EMAIL: (
        "email, e mail, mail, emails, email address, e mail address, mail address, courriel, adresse email, "
        "adresse mail, adresse e mail, adresse electronique, emailadresse, e mail adresse, mailadresse"
    ),
}


def _these(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What may stand beside such a phrase and leave it the donor's: whose it is, which of several, and small words.
_PERSON = _these(
    "patient patients donor donors donneur donneuse participant subject person personne individual case cases "
    "proband spender spenderin patientin patiente child enfant kind mother father mere pere mutter vater parent "
    "guardian tuteur vormund spouse partner kin next contact emergency relative family famille familie demographic "
    "demographics"
)
_NEUTRAL = _these(
    "first last full given middle maiden birth second legal preferred own home private personal work daily mobile "
    "primary residential permanent current postal former line number no nr num numero nummer of the de du des la le "
    "l d n s der die das and et und a 1 2 3 complete complet vollstandiger value text string str at"
)
# "ID" alone turns a pseudonym's column into none of these, but it may follow a national or hospital number.
_TRAILING = frozenset({"id", "ident", "identifier"})
_NUMBERED = (K.NATIONAL_ID, K.HOSPITAL_NUMBER)


def direct_identifier(header: str) -> IdentifierKind | None:
    """What a column header says of a person directly; None for pseudonyms, years of birth, file and form names."""
    words = words_of(header)
    for start in range(len(words)):
        for end in range(len(words), start, -1):
            kind = _phrases().get(" ".join(words[start:end]))
            if kind is not None and all(_harmless(word, kind) for word in (*words[:start], *words[end:])):
                return kind
    return None


def _harmless(word: str, kind: IdentifierKind) -> bool:
    return word in _PERSON or word in _NEUTRAL or (kind in _NUMBERED and word in _TRAILING)


def words_of(header: str) -> list[str]:
    """The words of a header, without case and accents: `BirthDate`, `birth_date` and `Birth date` have the same."""
    parted = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    plain = unicodedata.normalize("NFKD", parted.casefold().replace("ß", "ss"))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return re.findall(r"[a-z]+|\d+", letters)


@cache
def _phrases() -> dict[str, IdentifierKind]:
    return {phrase.strip(): kind for kind, text in PHRASES.items() for phrase in text.split(",")}
