"""Headers that look like they name a person directly: a name, an address, a full birth date, a number of the state or
of the hospital. Such a column is refused unless the map says what becomes of it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WHO: Final = r"(patients?_|donors?_|subjects?_|participants?_|persons?_|case_)?"
DIRECT: Final = re.compile(
    "^(?:"
    + "|".join(
        (
            WHO + r"(name|full_name|first_?name|last_?name|given_?name|family_?name|middle_?name|maiden_?name)",
            WHO + r"(surname|forename|birth_?name|initials|nickname)",
            r"(patient|donor|subject|person)_?name",
            WHO + r"(nom|prenoms?|nom_de_naissance|nom_naissance|nom_usuel|nom_marital|nom_de_famille|nom_patient)",
            WHO + r"(home_)?(address|adresse|street|rue)(_[0-9a-z])?",
            WHO + r"(post_?code|zip|zip_?code|postal_code|code_postal)",
            WHO + r"(phone|telephone|tel|mobile|fax|e_?mail|courriel|mail)(_number|_address|_no)?",
            WHO + r"(date_of_birth|birth_?date|dob|d_o_b|birthday|date_(de_)?naissance|ddn)",
            WHO + r"(ssn|social_security(_number|_no)?|nir|nss|num(ero)?_secu(rite_sociale)?|passport(_number|_no)?)",
            WHO + r"(national_id(entifier|entity)?|national_number|personal_number)",
            WHO + r"(nhs_(number|no)|insurance_(number|no|id))",
            WHO + r"(mrn|medical_record(_number|_no)?|hospital_(number|no|id)|chart_number|ipp|nip|nda)",
            r"patient_?(id|number|no|nr)|pid|numero_patient|id_patient",
        )
    )
    + ")$"
)


def plain(header: str) -> str:
    """A header in lower case, its words parted by underscores, without accents."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", header)
    letters = unicodedata.normalize("NFKD", parted).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")


def looks_direct(header: str) -> bool:
    """Whether a column of that header may name a person directly."""
    return DIRECT.match(plain(header)) is not None
