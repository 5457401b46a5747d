"""What the index answers is what a plain look at every sample answers, after any acts."""

from random import Random

import pytest

from biobank_tui.actions import holding, placing
from biobank_tui.actions.aliquoting import Aliquoting, aliquot
from biobank_tui.actions.donors import NewDiagnosis
from biobank_tui.bank.index import building, columns, shelf
from biobank_tui.bank.index.shelf import SampleIndex
from biobank_tui.queries import bits, members, ordering, selecting, steps
from biobank_tui.queries import samples as listing
from biobank_tui.queries.samples import SORTS, Sort
from biobank_tui.rules.errors import BiobankError
from biobank_tui.rules.query import parse

FILTERS = (
    "", "type:plasma", "-type:plasma status:available", "type:plasma,serum -held:yes", "dx:C50", "-dx:C50",
    "dx:C30-C50", "-dx:*", "dx:8500/3", "topo:C50", "-topo:C50.4", "status:checked_out", "held:yes", "held:no",
    "held:*", "thaws:0", "thaws:>0", "collected:2021", "collected:2021-03..2022", "collected:>=2021-03-05",
    "-collected:*", "received:..2022", "processed:2021", "frozen:2022-01", "-frozen:2022", "amount:>=200µL",
    "amount:..1mL", "amount:0.5mL", "-amount:*", "amount:>=1µg", "box:B1", "box:*", "-box:*", "donor:D-*",
    "kind:aliquot", "parent:*", "site:HOME", "-site:HOME", "code:S-*", "code:s-0000*", "code:>=S-000002",
    "barcode:00*", "barcode:0000000003..", "-barcode:*", "external:x*", "external:*", "-external:*",
    "parent:S-0000*", "-parent:*", "form:GEN", "project:P-1", "S-", "s-00",
    "000", "clot", "Clotted", "LIMS-1", "lims-10", "D-00", "x_y",
)  # fmt: skip
MATERIALS = ("plasma", "serum", "dna", "rna")
DATES = (None, "2021", "2021-03", "2021-03-04", "2021-03-04T10:00Z", "2021-03-04T10:00:30Z", "2022-01-01", "2022-12")


@pytest.fixture
def small(monkeypatch):
    """Buckets, chunks and slices of a few samples, so that a small bank has many."""
    monkeypatch.setattr(building, "LEAST_BUCKET", 3)
    monkeypatch.setattr(shelf, "ROOM", 300)
    monkeypatch.setattr(ordering, "FEW", 20)
    monkeypatch.setattr(members, "DRAWN", 2)
    monkeypatch.setattr(bits, "SLICE", 64)
    monkeypatch.setattr(steps, "BLOCK", 16)
    monkeypatch.setattr(members, "BLOCK", 16)


@pytest.fixture
def index(tmp_path):
    found = SampleIndex(tmp_path / "bank-index")
    yield found
    found.close()


def register(make, random: Random, n: int) -> list[str]:
    donors = [
        make.donor(diagnoses=(NewDiagnosis(code, morphology=morphology),))
        for code, morphology in (("C50.4", "8500/3"), ("C34.1", None), ("C50.9", None))
    ]
    made = []
    for _ in range(n):
        material = random.choice(MATERIALS)
        collected = random.choice(DATES)
        made.append(
            make.sample(
                donor=random.choice(donors),
                material=material,
                amount=random.choice((None, "100 µL", "500 µL", "2 mL")) if material in ("plasma", "serum") else "3 µg",
                collected=collected,
                frozen=random.choice((None, "2022-12-31", "2023")),
                barcode=f"{random.randrange(10**10):010}" if random.random() < 0.6 else None,
                note=random.choice((None, None, "clotted", "Clotted, x_y", "100 % lipaemic")),
                external={"LIMS": f"LIMS-{random.randrange(10**8)}"} if random.random() < 0.4 else {},
                topography=random.choice((None, "C50.4", "C34")),
            )
        )
    return made


def act(bank, actor, make, random: Random, codes: list[str], box: str) -> None:
    """One act, whatever it is; the bank may refuse it."""
    code = random.choice(codes)
    choice = random.randrange(6)
    if choice == 0:
        placing.place(bank, actor, [placing.Placing(code, box)])
    elif choice == 1:
        holding.hold_samples(bank, actor, [code], "quality", "cloudy")
    elif choice == 2:
        placing.check_out(bank, actor, [code])
    elif choice == 3:
        placing.put_back(bank, actor, [code])
    elif choice == 4:
        codes += aliquot(bank, actor, Aliquoting(code, 2, "10 µL")).codes
    else:
        codes += register(make, random, 2)


def compare(bank, index: SampleIndex, random: Random) -> None:
    """Every filter in a drawn order, and every order, by the index and without."""
    asked = [(line, random.choice(list(SORTS))) for line in FILTERS] + [("", name) for name in SORTS]
    with bank.read() as connection:
        for line, name in asked:
            query, sort = parse(line), Sort(name, random.random() < 0.5)
            with index.view(connection) as view:
                assert view is not None
                found = ordering.indexed(connection, view, query, name, descending=sort.descending)
            plain = listing.order(connection, query, sort)
            wanted = plain.ids(connection, 0, len(plain))
            assert len(found) == len(wanted), (line, sort)
            if name not in ("registered", "donor", "thaws") and connection.dialect.name != "sqlite":
                # PostgreSQL puts what is not known last, and sorts text by a language.
                assert sorted(found.ids(connection, 0, len(found))) == sorted(wanted)
                continue
            # Asked of the ends first, where nothing is counted.
            for at in (0, max(len(wanted) - 5, 0)):
                assert found.ids(connection, at, at + 5) == wanted[at : at + 5], (line, sort, at)
            assert found.ids(connection, 0, len(wanted)) == wanted, (line, sort)
            for at in {0, len(wanted) // 2, random.randrange(len(wanted) + 1)}:
                assert found.ids(connection, at, at + 5) == wanted[at : at + 5], (line, sort, at)
                for number in wanted[at : at + 2]:
                    assert found.ordinal(connection, number) == wanted.index(number)
            drawn = random.sample(wanted, min(4, len(wanted)))
            assert found.arranged(connection, drawn) == plain.arranged(connection, drawn)
            assert listing.facets(connection, query, 0, index) == listing.facets(connection, query), line
            assert listing.first_page(connection, query, sort, 5, index) == listing.first_page(
                connection, query, sort, 5
            )


@pytest.mark.parametrize(("seed", "scarce"), [(1, None), (2, 12)])
def test_the_index_answers_as_the_bank_does_after_any_acts(bank, actor, make, index, small, seed, scarce, monkeypatch):
    if scarce is not None:
        # Few matches, and the samples of few donors or boxes, are asked of the bank.
        monkeypatch.setattr(ordering, "SCARCE", 2)
        monkeypatch.setattr(selecting, "SCARCE", scarce)
        monkeypatch.setattr(selecting, "MOST", scarce)
    random = Random(seed)
    codes = register(make, random, 24)
    box = make.storage("rack R / 1 box 9x9") + ".B1"
    with bank.read() as connection:
        index.catch_up(connection)
    for _ in range(3):
        for _ in range(8):
            try:
                act(bank, actor, make, random, codes, box)
            except BiobankError:
                continue
        compare(bank, index, random)


def test_a_word_is_held_whole_by_a_text_of_the_sample_or_another_identifier_of_it(bank, actor, make, index, small):
    told = make.sample(note="one CLOT seen")
    make.sample(note="clo and lot")
    named = make.sample(note="clo and lot", external={"LIMS": "x-Clot-1"})
    make.sample(note="a clo", external={"LIMS": "lot-7"})
    make.sample(external={"LIMS": "blood"})
    with bank.read() as connection:
        index.make_anew(connection)
        with index.view(connection) as view:
            assert len(view.holding("clot")) == 2
        for kept in (None, index):
            order = listing.order(connection, parse("clot"), Sort("code", descending=False), index=kept)
            assert [row.code for row in listing.window(connection, order, 0, 10)] == [told, named]


def test_an_index_that_is_far_behind_is_not_asked_and_then_brought_up(bank, actor, make, index, small, monkeypatch):
    register(make, Random(3), 6)
    with bank.read() as connection:
        index.catch_up(connection)
    monkeypatch.setattr(shelf, "AT_ONCE", 2)
    register(make, Random(4), 6)
    with bank.read() as connection:
        with index.view(connection) as view:
            assert view is None
        index.catch_up(connection)
    compare(bank, index, Random(5))


def test_an_index_of_another_bank_is_made_anew(sqlite_bank, clock, tmp_path, index):
    from biobank_tui.bank.bank import Bank

    with Bank.create(tmp_path / "other.biobank", name="Other", clock=clock) as other, other.read() as connection:
        index.catch_up(connection)
    with sqlite_bank.read() as connection:
        with index.view(connection) as view:
            assert view is None
        index.catch_up(connection)
        with index.view(connection) as view:
            assert view is not None
            assert view.entry == 1


def test_an_index_of_another_form_is_made_anew(bank, actor, make, index, small):
    told = make.sample(note="one clot")
    with bank.read() as connection:
        index.catch_up(connection)
        file = index._file
        file.connection.execute("DROP TABLE trigram")
        file.connection.execute("CREATE VIRTUAL TABLE trigram USING fts5(said, detail=none, tokenize='trigram')")
        file.note("form", "0")
        assert index.wanted(connection)
        index.catch_up(connection)
        order = listing.order(connection, parse("clot"), Sort(), index=index)
        assert [row.code for row in listing.window(connection, order, 0, 5)] == [told]


def test_two_processes_keep_one_index(bank, actor, make, index, small):
    first, second = index, SampleIndex(index.path)
    register(make, Random(6), 8)
    with bank.read() as connection:
        first.catch_up(connection)
    for seed, each in enumerate((first, second, first)):
        register(make, Random(70 + seed), 2)
        compare(bank, each, Random(8))
    compare(bank, second, Random(9))
    second.close()


def test_the_end_of_an_order_grows_by_buckets_of_its_own(bank, actor, make, index, small):
    make.samples(10)
    with bank.read() as connection:
        index.catch_up(connection)
        before = len(index._file.fences("code"))
    make.samples(12)
    with bank.read() as connection, index.view(connection) as view:
        assert len(view.fences("code")) == before + 12 // 3


def test_a_bucket_that_grew_in_the_midst_is_parted_again(bank, actor, make, index, small):
    make.sample(code="A-1"), make.sample(code="Z-1")
    with bank.read() as connection:
        index.catch_up(connection)
    for number in range(columns.CROWDED * 3 + 1):
        make.sample(code=f"B-{number:03}")
    with bank.read() as connection:
        index.catch_up(connection)
        with index.view(connection) as view:
            assert len(view.fences("code")) == (columns.CROWDED * 3 + 3 + 2) // 3
    compare(bank, index, Random(2))
