"""The contract of each importable table as Table Schema v2, drawn from `kinds`.

`python -m biobank_tui.exchange.contract` writes the files of `schema/tables`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from biobank_tui.exchange.fields import Field, FieldType, Kind
from biobank_tui.exchange.kinds import KINDS
from biobank_tui.paths import schema_dir

TABLE_SCHEMA: Final = "https://datapackage.org/profiles/2.0/tableschema.json"
DATA_PACKAGE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
MIABIS: Final = "https://github.com/BBMRI-ERIC/miabis"
KEYS: Final = {"consents": ("donor", "form", "given")}
"""What makes a row one, where that is more than one column."""
QUALIFIED: Final = re.compile(r"[,;(]")
WRITTEN_AS: Final = {
    FieldType.INTEGER: "integer",
    FieldType.NUMBER: "number",
}
MOMENT: Final = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?$"
AMOUNT: Final = r"^[0-9]+([.][0-9]+)?( ?(nL|[uµ]L|mL|L|pg|ng|[uµ]g|mg|g|cells|pieces))?$"


def table_schema(kind: Kind) -> dict[str, Any]:
    """The Table Schema of one kind. Families of fields (external.SYSTEM) are described, not listed."""
    schema: dict[str, Any] = {
        "$schema": TABLE_SCHEMA,
        "title": kind.en,
        "title_fr": kind.fr,
        "fields": [_field(field) for field in kind.fields if not field.name.endswith(".*")],
        "fieldsMatch": "partial",
        "families": [
            {"name": field.name, "description": field.en, "description_fr": field.fr}
            for field in kind.fields
            if field.name.endswith(".*")
        ],
        "missingValues": [""],
        "primaryKey": list(KEYS.get(kind.name, (kind.key,))),
        "sources": [{"title": "MIABIS core 3, Sample and Donor components", "path": MIABIS}],
    }
    if kind.refers:
        schema["foreignKeys"] = [
            {"fields": [field], "reference": {"resource": resource, "fields": [target]}}
            for field, resource, target in kind.refers
        ]
    return schema


def _title(meaning: str) -> str:
    """What a column is headed with: its meaning up to the first qualification."""
    return QUALIFIED.split(meaning, maxsplit=1)[0].strip()


def _field(field: Field) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if field.required:
        constraints["required"] = True
    if field.unique:
        constraints["unique"] = True
    if field.choices:
        constraints["enum"] = list(field.choices)
    pattern = {FieldType.MOMENT: MOMENT, FieldType.AMOUNT: AMOUNT}.get(field.type, field.pattern)
    if pattern:
        constraints["pattern"] = pattern
    if field.least is not None:
        constraints["minimum"] = field.least
    if field.most is not None:
        constraints["maximum"] = field.most
    described: dict[str, Any] = {
        "name": field.name,
        "title": _title(field.en),
        "title_fr": _title(field.fr),
        "type": WRITTEN_AS.get(field.type, "string"),
        "description": field.en,
        "description_fr": field.fr,
    }
    if field.miabis:
        described["miabis"] = field.miabis
    if constraints:
        described["constraints"] = constraints
    return described


def data_package() -> dict[str, Any]:
    """The package that names the tables."""
    return {
        "$schema": DATA_PACKAGE,
        "name": "biobank-tui-tables",
        "title": "What biobank import takes",
        "title_fr": "Ce que biobank import accepte",
        "resources": [
            {
                "name": kind.name,
                "path": f"{kind.name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": f"{kind.name}.schema.json",
            }
            for kind in KINDS.values()
        ],
    }


def files() -> dict[str, str]:
    """Every file of `schema/tables`, by name."""
    named = {f"{kind.name}.schema.json": table_schema(kind) for kind in KINDS.values()}
    named["datapackage.json"] = data_package()
    return {name: json.dumps(content, ensure_ascii=False, indent=2) + "\n" for name, content in named.items()}


def main() -> None:
    """Write the files as the kinds stand now."""
    folder = schema_dir() / "tables"
    folder.mkdir(exist_ok=True)
    for name, content in files().items():
        (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
