"""FHIR resources as a file: a transaction bundle that a server takes, or one resource a line (NDJSON)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from biobank_tui.exchange.fhir.parts import Resource
from biobank_tui.exchange.writing import json_line


def write_ndjson(out: BinaryIO, resources: Iterable[Resource]) -> int:
    """One resource a line; how many."""
    count = 0
    for resource in resources:
        out.write(json_line(resource).encode() + b"\n")
        count += 1
    return count


def write_bundle(out: BinaryIO, resources: Iterable[Resource]) -> int:
    """A transaction bundle that puts each resource under its id, written entry by entry; how many."""
    out.write(b'{"resourceType":"Bundle","type":"transaction","entry":[')
    count = 0
    for resource in resources:
        url = f"{resource['resourceType']}/{resource['id']}"
        entry = {"fullUrl": f"urn:biobank:{url}", "resource": resource, "request": {"method": "PUT", "url": url}}
        out.write((b",\n" if count else b"\n") + json_line(entry).encode())
        count += 1
    out.write(b"\n]}\n")
    return count
