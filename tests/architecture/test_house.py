"""The house's own rules: what import contracts, formatters and type checkers do not see."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from biobank_tui.rules import errors
from biobank_tui.rules.permissions import Verb

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "biobank_tui"
MODULES = sorted(SRC.rglob("*.py"))
FACES = ("cli", "tui")
LONGEST = 400

ERRORS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.BiobankError)
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def dotted(path: Path) -> str:
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), named(path))


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project; all that lies here where git does not tell."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    names = done.stdout.split("\0") if done.returncode == 0 else []
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


def loaded_after(code: str) -> set[str]:
    """The top-level modules a fresh interpreter has loaded after running this."""
    script = f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_asking_for_help_loads_neither_the_store_nor_the_app() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "biobank_tui", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(re.findall(r"\|\s+(\w+)[.\w]*$", done.stderr, re.MULTILINE))
    assert "biobank_tui" in loaded
    assert loaded.isdisjoint({"sqlmodel", "sqlalchemy", "polars", "textual", "alembic", "pydantic"})
    assert done.stdout.strip()


def test_nothing_below_the_faces_loads_textual() -> None:
    below = [dotted(path) for path in MODULES if not {*path.relative_to(SRC).parts} & {*FACES, "__main__.py"}]
    assert "textual" not in loaded_after("\n".join(f"import {name}" for name in below))


def test_the_command_line_loads_no_textual() -> None:
    cli = [dotted(path) for path in (SRC / "cli").rglob("*.py")]
    assert "textual" not in loaded_after("\n".join(f"import {name}" for name in cli))


def test_the_rules_load_nothing_but_the_standard_library() -> None:
    rules = "\n".join(f"import {dotted(path)}" for path in (SRC / "rules").rglob("*.py"))
    more = loaded_after(rules) - loaded_after("")
    assert {name for name in more if name not in sys.stdlib_module_names} == {"biobank_tui"}


def test_every_module_says_what_it_is_for() -> None:
    assert [named(path) for path in MODULES if tree(path).body and not ast.get_docstring(tree(path))] == []


def test_every_file_is_read_at_one_sitting() -> None:
    lines = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: n for name, n in lines.items() if n > LONGEST} == {}


def test_a_room_is_named_for_what_is_in_it() -> None:
    vague = {"utils", "helpers", "manager", "managers", "common", "misc", "base"}
    assert [named(path) for path in MODULES if path.stem in vague] == []


def raised() -> Iterator[tuple[Path, ast.Call]]:
    """Every making of an error of the tree."""
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                yield path, node


def test_no_sentence_is_put_together_before_it_is_translated() -> None:
    broken = [
        f"{named(path)}:{call.lineno}"
        for path, call in raised()
        if len(call.args) > 1 and isinstance(call.args[1], ast.JoinedStr)
    ]
    assert broken == []


def test_every_sentence_has_the_facts_it_asks_for() -> None:
    lacking = []
    for path, call in raised():
        if len(call.args) < 2 or not isinstance(call.args[1], ast.Constant):
            continue
        given = {keyword.arg for keyword in call.keywords}
        if None in given:
            continue
        asked = {name for _text, name, _spec, _form in string.Formatter().parse(call.args[1].value) if name}
        if not asked <= given:
            lacking.append(f"{named(path)}:{call.lineno} lacks {', '.join(sorted(asked - given))}")
    assert lacking == []


def test_every_code_of_an_error_is_dotted_and_lower_case() -> None:
    odd = [
        f"{named(path)}:{call.lineno}"
        for path, call in raised()
        if call.args
        and isinstance(call.args[0], ast.Constant)
        and not re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)+", call.args[0].value)
    ]
    assert odd == []


def acts() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Every public function of the actions that somebody does to a bank."""
    for path in sorted((SRC / "actions").glob("*.py")):
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                names = [argument.arg for argument in node.args.args]
                if names[:2] == ["bank", "actor"]:
                    yield path, node


def test_an_action_is_one_transaction() -> None:
    names = {node.name for _path, node in acts()}
    many = {}
    for path, node in acts():
        calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
        opened = sum(isinstance(call.func, ast.Attribute) and call.func.attr == "transaction" for call in calls)
        handed_on = any(
            isinstance(call.func, ast.Name) and (call.func.id in names or call.func.id.startswith("_"))
            for call in calls
        )
        if opened > 1 or (opened == 0 and not handed_on):
            many[f"{named(path)}:{node.name}"] = opened
    assert many == {}


def test_every_action_says_what_it_does() -> None:
    assert [f"{named(path)}:{node.name}" for path, node in acts() if not ast.get_docstring(node)] == []


def test_questions_write_nothing() -> None:
    writing = {"insert", "update", "delete", "transaction"}
    found = []
    for path in (*(SRC / "queries").rglob("*.py"), *(SRC / "reports").rglob("*.py")):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                found += [f"{named(path)} imports {alias.name}" for alias in node.names if alias.name in writing]
    assert found == []


def test_only_the_unit_of_work_and_the_loaders_write_to_the_ledger() -> None:
    allowed = {"bank/transaction.py", "bank/ledger.py"}
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        if re.search(r"(insert|update|load)\([^)]*LEDGER_(ENTRY|RECORD)", text):
            assert named(path).removeprefix("src/biobank_tui/") in allowed


def test_every_verb_is_an_act_somebody_can_do() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in MODULES if path != SRC / "rules" / "permissions.py")
    assert [str(verb) for verb in Verb if f"Verb.{verb.name}" not in text] == []


HOSTS = ("pypi" + ".org", "python" + "hosted", "npm" + "js", "debian" + ".org", "crates" + ".io", "hugging" + "face")
PLACES = ("/wo" + "rk/", "/ro" + "ot/", "/tm" + "p/dev", "/ho" + "me/")
BESIDE = "../sha" + "red"


def test_the_tree_names_no_machine_and_no_registry() -> None:
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content[:4096]:
            continue
        text = content.decode("utf-8", errors="replace")
        found += [f"{named(path)}: {name}" for name in (*HOSTS, *PLACES) if name in text]
    assert found == []


def test_one_line_alone_names_the_folder_beside_the_checkout() -> None:
    lines = [
        (named(path), line)
        for path in tracked()
        if b"\0" not in path.read_bytes()[:4096]
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if BESIDE in line
    ]
    assert [name for name, _line in lines] == [".ci/run"]
