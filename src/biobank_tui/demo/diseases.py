"""Which diseases the demonstration bank's donors have: a few common ones, and a long tail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disease:
    """An ICD-10 code, how common it is among donors, and who has it.

    sex: "f", "m", or empty for either. age: mean and spread at diagnosis, years. morphologies: ICD-O-3, drawn from.
    solid: it is operated on; the others are found in blood and marrow.
    """

    code: str
    weight: float
    sex: str
    age: tuple[int, int]
    morphologies: tuple[str, ...]
    solid: bool


HEALTHY = 0.06
"""Share of donors without a diagnosis: controls."""

_TABLE = """
C50.0      4  f   58  13  solid  8500/3 8500/3 8520/3 8211/3
C50.1     14  f   58  13  solid  8500/3 8500/3 8520/3 8211/3
C50.2     34  f   58  13  solid  8500/3 8500/3 8520/3 8211/3
C50.3     18  f   58  13  solid  8500/3 8500/3 8520/3 8211/3
C50.4     62  f   58  13  solid  8500/3 8500/3 8520/3 8211/3
C50.5     16  f   58  13  solid  8500/3 8500/3 8520/3 8211/3
C50.6      2  f   58  13  solid  8500/3 8500/3 8520/3 8211/3
C50.8     18  f   58  13  solid  8500/3 8500/3 8520/3 8211/3
C50.9     30  f   58  13  solid  8500/3 8500/3 8520/3 8211/3
C34.0      9  -   66  10  solid  8140/3 8070/3 8041/3 8012/3
C34.1     58  -   66  10  solid  8140/3 8070/3 8041/3 8012/3
C34.2      9  -   66  10  solid  8140/3 8070/3 8041/3 8012/3
C34.3     36  -   66  10  solid  8140/3 8070/3 8041/3 8012/3
C34.9     14  -   66  10  solid  8140/3 8070/3 8041/3 8012/3
C18.0     16  -   68  12  solid  8140/3
C18.1      2  -   68  12  solid  8140/3
C18.2     18  -   68  12  solid  8140/3
C18.3      6  -   68  12  solid  8140/3
C18.4     10  -   68  12  solid  8140/3
C18.5      4  -   68  12  solid  8140/3
C18.6      6  -   68  12  solid  8140/3
C18.7     30  -   68  12  solid  8140/3
C18.9      8  -   68  12  solid  8140/3
C19       10  -   67  12  solid  8140/3
C20       24  -   66  12  solid  8140/3
C61       88  m   69   8  solid  8140/3
C25.0     16  -   63  12  solid  8140/3
C25.1      6  -   63  12  solid  8140/3
C25.2      6  -   63  12  solid  8140/3
C25.9      4  -   63  12  solid  8140/3
C64       20  -   61  12  solid  8310/3 8260/3 8317/3
C67.9     16  -   70  10  solid  8120/3
C73       12  -   47  15  solid  8260/3 8340/3
C43.5      9  -   56  15  solid  8720/3
C43.7      7  -   56  15  solid  8720/3
C53.9      8  f   49  13  solid  8070/3
C54.1     16  f   65  10  solid  8380/3
C56       14  f   61  13  solid  8441/3 8460/3
C15.4      5  -   63  12  solid  8140/3
C15.5      6  -   63  12  solid  8140/3
C16.0      6  -   63  12  solid  8140/3
C16.2      5  -   63  12  solid  8140/3
C16.3      5  -   63  12  solid  8140/3
C22.0     11  -   66  11  solid  8170/3
C22.1      4  -   66  11  solid  8160/3
C23        2  -   63  12  solid  8140/3
C32.0      4  -   63   9  solid  8070/3
C10.9      4  -   60   9  solid  8070/3
C71.1      8  -   57  15  solid  9440/3 9401/3
C71.2      5  -   57  15  solid  9440/3
C81.1      6  -   34  14  liquid 9663/3
C82.1      6  -   61  12  liquid 9690/3
C83.3     13  -   64  14  liquid 9680/3
C90.0     11  -   68  10  liquid 9732/3
C91.0      9  -    9   6  liquid 9835/3
C91.1      7  -   69  10  liquid 9823/3
C92.0      9  -   62  16  liquid 9861/3
C92.1      3  -   55  15  liquid 9875/3
D05.1      8  f   57  10  solid  8500/2
D46.9      3  -   71   9  liquid 9989/3
C40.2      4  -   15   4  solid  9180/3
C41.4      2  -   14   5  solid  9260/3
C69.2      2  -    3   2  solid  9510/3
C74.9      4  -    3   3  solid  9500/3
C49.2      3  -   52  20  solid  8850/3 8890/3
C49.9      2  -   16   6  solid  8910/3
C45.0      2  -   71   9  solid  9050/3
C62.9      4  m   33   9  solid  9061/3 9070/3
C37        1  -   55  14  solid  8580/3
C17.0      1  -   63  12  solid  8140/3
C21.1      2  -   62  11  solid  8070/3
C24.1      1  -   63  12  solid  8140/3
C38.1    0.6  -   30  15  solid  9085/3
C46.9    0.5  -   50  14  solid  9140/3
C47.9    0.4  -   41  15  solid  9540/3
C48.0    0.8  -   58  12  solid  8850/3
C51.9    0.8  f   70  11  solid  8070/3
C57.0    0.7  f   62  10  solid  8441/3
C60.9    0.4  m   66  11  solid  8070/3
C65      0.7  -   70  10  solid  8120/3
C68.0    0.3  -   68  10  solid  8120/3
C70.0    0.5  -   60  12  solid  9530/3
C72.0    0.5  -   40  18  solid  9391/3
C75.0    0.3  -   55  12  solid  8140/3
C75.1    0.3  -    9   5  solid  9350/1
C7A.0    0.9  -   59  13  solid  8240/3
C80.9    1.2  -   66  11  solid  8000/3
C84.0    0.6  -   58  14  liquid 9700/3
C88.0    0.7  -   70   9  liquid 9761/3
C94.2    0.2  -    2   1  liquid 9910/3
C96.0    0.2  -    4   3  liquid 9751/3
D18.0    0.4  -   40  15  solid  9120/0
K50.9    1.6  -   35  13  liquid
K74.6    1.2  -   59  11  liquid
"""


def _disease(line: str) -> Disease:
    code, weight, sex, mean, spread, where, *morphologies = line.split()
    return Disease(code, float(weight), sex.strip("-"), (int(mean), int(spread)), tuple(morphologies), where == "solid")


DISEASES: tuple[Disease, ...] = tuple(_disease(line) for line in _TABLE.strip().splitlines())
"""Code, weight, sex, mean age and spread, solid or liquid, morphologies."""
