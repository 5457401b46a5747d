"""Storage temperature classes (MIABIS-SAMPLE-03, liquid nitrogen's two phases kept apart) and which is colder."""

from __future__ import annotations

from dataclasses import dataclass

from biobank_tui.rules.errors import Refused


@dataclass(frozen=True, slots=True)
class Temperature:
    """code: ours; miabis: the MIABIS code it is exported as; warmest: upper bound in degrees Celsius."""

    code: str
    label: str
    miabis: str
    warmest: float


TEMPERATURES: dict[str, Temperature] = {
    kind.code: kind
    for kind in (
        Temperature("RT", "Room temperature", "RT", 30),
        Temperature("2to10", "2 to 10 °C", "2to10", 10),
        Temperature("-18to-35", "−18 to −35 °C", "-18to-35", -18),
        Temperature("-60to-85", "−60 to −85 °C", "-60to-85", -60),
        Temperature("LN-vapour", "Liquid nitrogen, vapour", "LN", -135),
        Temperature("LN-liquid", "Liquid nitrogen, liquid", "LN", -196),
        Temperature("Other", "Other", "Other", 1000),
    )
}

SPOKEN: dict[str, str] = {
    "-80": "-60to-85",
    "-70": "-60to-85",
    "-86": "-60to-85",
    "-20": "-18to-35",
    "-30": "-18to-35",
    "4": "2to10",
    "+4": "2to10",
    "5": "2to10",
    "20": "RT",
    "ambient": "RT",
    "vapour": "LN-vapour",
    "vapor": "LN-vapour",
    "ln": "LN-vapour",
    "liquid": "LN-liquid",
    "-196": "LN-liquid",
    "-150": "LN-vapour",
}
"""What people say for a class."""


def temperature(text: str) -> Temperature:
    """The class of a code or of what people say ("-80", "4 °C", "vapour"); Refused where there is none."""
    said = text.strip().replace("−", "-").removesuffix("°C").removesuffix("C").strip()
    by_fold = {code.lower(): kind for code, kind in TEMPERATURES.items()}
    found = by_fold.get(said.lower()) or TEMPERATURES.get(SPOKEN.get(said.lower(), ""))
    if found is None:
        raise Refused(
            "temperature.unknown",
            "{value} is not a temperature class; there are {allowed}.",
            value=text,
            allowed=", ".join(TEMPERATURES),
        )
    return found


def frozen_warms(there: str | None) -> bool:
    """Whether a frozen tube would thaw at this class; an unknown class thaws nothing."""
    return there is not None and there != "Other" and TEMPERATURES[there].warmest > TEMPERATURES["-18to-35"].warmest


def warmer(there: str | None, here: str | None) -> bool:
    """Whether moving from class `here` to class `there` would warm a tube; unknown classes warm nothing."""
    if there is None or here is None:
        return False
    return TEMPERATURES[there].warmest > TEMPERATURES[here].warmest
