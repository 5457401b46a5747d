"""FHIR R4 resources as plain dictionaries, built from the bank's rows; no library, no store."""
