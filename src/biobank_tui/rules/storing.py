"""What may lie where: service, materials, organisation, project and temperature of a place against a tube."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from biobank_tui.rules.errors import Refused
from biobank_tui.rules.lifecycles import ServiceState
from biobank_tui.rules.temperatures import frozen_warms, warmer

CLOSED: Final = frozenset({ServiceState.RETIRED, ServiceState.DEFROSTING, ServiceState.FAILING})
"""Service states under which nothing goes in."""

OVERRIDABLE: Final = frozenset({"unit.temperature", "unit.material", "unit.organisation", "unit.project"})
"""Refusals a manager may override with a reason."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a unit takes. materials: MIABIS codes parted by commas; nothing takes all."""

    code: str
    service: str
    temperature: str | None = None
    materials: str | None = None
    organisation_id: int | None = None
    project_id: int | None = None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What would lie there: a tube.

    temperature: of the place it comes from. frozen: whether it was frozen, where no place tells.
    projects: ids of the projects it is reserved or picked for.
    """

    code: str
    material: str
    custodian_id: int
    temperature: str | None = None
    frozen: bool = False
    projects: frozenset[int] = frozenset()


def refuse_closed(unit: str, service: str) -> None:
    """Raise Refused where the unit takes nothing in."""
    if service in CLOSED:
        raise Refused("unit.out_of_service", "{unit} is {service}; nothing goes in.", unit=unit, service=service)


def misfit(place: Place, content: Content) -> Refused | None:
    """Why the tube may not lie in the place, where it may not; a manager may override each of these."""
    facts = {"unit": place.code, "code": content.code}
    if place.materials and content.material not in place.materials.split(","):
        return Refused(
            "unit.material",
            "{unit} holds {allowed} only; {code} is {material}.",
            allowed=place.materials,
            material=content.material,
            **facts,
        )
    if place.organisation_id and place.organisation_id != content.custodian_id:
        return Refused(
            "unit.organisation", "{unit} is kept for another organisation than the one {code} belongs to.", **facts
        )
    if place.project_id and place.project_id not in content.projects:
        return Refused(
            "unit.project",
            "{unit} is kept for project {project}; {code} is not reserved for it.",
            project=place.project or place.project_id,
            **facts,
        )
    if warmer(place.temperature, content.temperature):
        return Refused(
            "unit.temperature",
            "{unit} is at {there}; {code} comes from {here} and would warm. A manager can override this with a reason.",
            there=place.temperature,
            here=content.temperature,
            **facts,
        )
    if content.temperature is None and content.frozen and frozen_warms(place.temperature):
        return Refused(
            "unit.temperature",
            "{unit} is at {there}; {code} is frozen and would thaw. A manager can override this with a reason.",
            there=place.temperature,
            **facts,
        )
    return None
