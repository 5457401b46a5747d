"""Direct identifiers: no header that names a person passes, and no harmless one is stopped."""

from __future__ import annotations

import pytest

from biobank_tui.rules.identifiers import IdentifierKind, direct_identifier, looks_like_birth_date


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("name", "name"),
        ("Patient Name", "name"),
        ("patient_first_name", "name"),
        ("LastName", "name"),
        ("LASTNAME", "name"),
        ("donor_name", "name"),
        ("Nom de famille", "name"),
        ("NOM", "name"),
        ("Prénom", "name"),
        ("prenom_patient", "name"),
        ("Nachname", "name"),
        ("mother's maiden name", "name"),
        ("next of kin name", "name"),
        ("Initials", "name"),
        ("address", "address"),
        ("Street Address 1", "address"),
        ("Straße", "address"),
        ("code_postal", "address"),
        ("patient.zip_code", "address"),
        ("PLZ", "address"),
        ("dob", "birth_date"),
        ("DateOfBirth", "birth_date"),
        ("patientDOB", "birth_date"),
        ("birth_date", "birth_date"),
        ("Date de naissance", "birth_date"),
        ("Geburtsdatum", "birth_date"),
        ("SSN", "national_id"),
        ("N° de sécurité sociale", "national_id"),
        ("numero_de_securite_sociale", "national_id"),
        ("National ID", "national_id"),
        ("passport_no", "national_id"),
        ("NIR", "national_id"),
        ("MRN", "hospital_number"),
        ("patient_mrn", "hospital_number"),
        ("medical-record-number", "hospital_number"),
        ("NHS number", "hospital_number"),
        ("IPP", "hospital_number"),
        ("Patientennummer", "hospital_number"),
        ("phone", "phone"),
        ("Home phone number", "phone"),
        ("Téléphone", "phone"),
        ("Handynummer", "phone"),
        ("e-mail", "email"),
        ("EmailAddress", "email"),
        ("patient email", "email"),
        ("Courriel", "email"),
    ],
)
def test_a_header_that_names_a_person_is_known(header: str, kind: str) -> None:
    assert direct_identifier(header) is IdentifierKind(kind)


@pytest.mark.parametrize(
    "header",
    [
        "file_name",
        "form_name",
        "sample_name",
        "protocol_name",
        "Sample Name",
        "filename",
        "hospital name",
        "study_name",
        "box_name",
        "gene name",
        "Tissue source site",
        "collection_site_address",
        "ip_address",
        "storage phone",
        "birth_year",
        "year_of_birth",
        "birth_month",
        "days_to_birth",
        "age_at_diagnosis",
        "patient_id",
        "donor_id",
        "donor_code",
        "bcr_patient_barcode",
        "bcr_patient_uuid",
        "cases.submitter_id",
        "form_completion_date",
        "date",
        "collection_date",
        "date_of_diagnosis",
        "cell type",
        "mobile phase",
        "zip_file",
        "user_name",
        "pathologist_name",
        "medical_history",
        "national_trial",
        "",
        "昆虫",
        "phenotype",
        "telomere length",
        "nominal volume",
        "container_name",
    ],
)
def test_a_harmless_header_passes(header: str) -> None:
    assert direct_identifier(header) is None


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("1950-03-04", True),
        ("19500304", True),
        ("1950-03-04T00:00:00", True),
        ("04/03/1950", True),
        ("31.12.1999", True),
        ("12/31/1999", True),
        ("1950", False),
        ("1950-03", False),
        ("2999-01-01", False),
        ("1750-01-01", False),
        ("45/45/1950", False),
        ("12345678", False),
        ("S-000001", False),
        ("", False),
    ],
)
def test_a_whole_date_may_be_a_birth_date(text: str, whole: bool) -> None:
    assert looks_like_birth_date(text) is whole
