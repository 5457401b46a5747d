"""The command line run in this process, on real files in folders of its own."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from biobank_tui.cli.desk import Desk
from biobank_tui.cli.running import run
from biobank_tui.words import set_language


@dataclass(frozen=True)
class Answer:
    """What a command line did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def refusal(self) -> Any:
        return json.loads(self.err)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Biobank = Callable[..., Answer]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the account that runs the tests is read or written."""
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    for name in ("BANK", "USER", "LANG", "PASSWORD", "SETTINGS", "THEME"):
        monkeypatch.delenv(f"BIOBANK_{name}", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def biobank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Biobank:
    """Run `biobank ARGUMENTS…` on the bank at tmp_path/bank.db."""
    monkeypatch.setenv("BIOBANK_BANK", str(tmp_path / "bank.db"))

    def call(*arguments: str, stdin: str = "", app: Callable[[Desk], int] = lambda _desk: 0) -> Answer:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capfd.readouterr()
        try:
            code = run([str(argument) for argument in arguments], app)
        finally:
            set_language("en")
        said = capfd.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture
def bank(biobank: Biobank) -> Biobank:
    """The same, with an empty bank there: organisation IGR, administrator anna, technician tom."""
    assert biobank("init", "--name", "Trial", "--org", "IGR=Institute", "--admin", "anna=Anna").code == 0
    assert biobank("user", "add", "tom", "Tom", "--org", "IGR", "--role", "technician").code == 0
    return lambda *arguments, **more: biobank(
        *arguments, *(() if "--user" in arguments else ("--user", "anna")), **more
    )


@pytest.fixture
def freezer(bank: Biobank) -> Biobank:
    """The same, with one freezer of two racks of three boxes, and one consenting donor D-0000010."""
    assert bank("storage", "add", "freezer F01 / 2 racks / 3 boxes 9x9", "--temperature", "-80").lines == ["F01"]
    assert bank("donor", "add", "--org", "IGR", "--diagnosis", "C50.4").lines == ["D-0000010"]
    assert bank("consent", "form", "GEN", "1", "General", "--asks", "GRU", "--asks", "genetic_research").code == 0
    assert bank("consent", "record", "D-0000010", "GEN", "--given", "2026-01-02", "--yes", "GRU").code == 0
    return bank
