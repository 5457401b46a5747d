"""The page on scripts says what works: its examples are run in the order in which they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from biobank_tui.paths import schema_dir

PAGE = schema_dir().parent / "docs" / "scripting.md"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_run(tmp_path: Path) -> None:
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) > 8
    told = tmp_path / "examples.py"
    lines = ["set -euo pipefail", "export LC_ALL=C.UTF-8"]
    python = "".join(code for language, code in blocks if language == "python")
    told.write_text(python, encoding="utf-8")
    lines += [code for language, code in blocks if language == "sh"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BIOBANK_")}
    environment |= {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in (["bash", "-c", "\n".join(lines)], [sys.executable, "-W", "error", str(told)]):
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        assert "\x1b" not in done.stdout + done.stderr


def test_without_a_terminal_the_app_does_not_open_and_says_so(tmp_path: Path) -> None:
    environment = {**os.environ, "BIOBANK_BANK": str(tmp_path / "bank.db")}
    done = subprocess.run(
        [sys.executable, "-m", "biobank_tui"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "terminal" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    as_json = subprocess.run(
        [sys.executable, "-m", "biobank_tui", "--json"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert '"error": "app.terminal"' in as_json.stderr


@pytest.mark.parametrize("code", ["import biobank_tui", "from biobank_tui.cli.tree import root; root()"])
def test_the_store_and_the_app_are_imported_only_when_asked_for(code: str) -> None:
    script = (
        f"import sys; {code}; print(sorted({{'sqlmodel', 'textual', 'sqlalchemy', 'polars'}} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
