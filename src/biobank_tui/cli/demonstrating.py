"""biobank demo: a filled bank, opened; or left in a file."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from biobank_tui.cli.desk import Desk, desk_of
from biobank_tui.cli.room import room
from biobank_tui.words import mark

app = room()


@app.command()
def demo(
    ctx: typer.Context,
    donors: Annotated[int, typer.Option(min=1, help=mark("How many donors."))] = 2_000,
    samples: Annotated[int, typer.Option(min=1, help=mark("How many samples."))] = 50_000,
    seed: Annotated[int, typer.Option(help=mark("The same seed gives the same bank."))] = 1,
    to: Annotated[Path | None, typer.Option(help=mark("Leave it in this new file, and do not open it."))] = None,
) -> None:
    """Fill a bank with invented donors and samples, and open it."""
    from biobank_tui.cli.taking import Gauge
    from biobank_tui.demo import generate, temporary_bank

    desk = desk_of(ctx)
    gauge = Gauge()

    def progress(phase: str, done: int, total: int) -> None:
        gauge.show(phase, done, total=total)

    if to is not None:
        with gauge, generate(to, donors=donors, samples=samples, seed=seed, progress=progress):
            pass
        desk.say(
            "{donors} {donors:donor|donors} and {samples} {samples:sample|samples} in {file}.",
            donors=donors,
            samples=samples,
            file=str(to),
        )
        desk.lines([str(to)], {"bank": str(to), "donors": donors, "samples": samples, "seed": seed})
        return
    with ExitStack() as made:
        with gauge:
            bank = made.enter_context(temporary_bank(donors=donors, samples=samples, seed=seed, progress=progress))
        code = desk.open_app(_everybody(desk.at(bank.address)))
    raise typer.Exit(code)


def _everybody(desk: Desk) -> Desk:
    """The desk of the demonstration's administrator, who holds every role, unless another person was asked for."""
    if desk.loaded.settings.user:
        return desk
    return Desk(replace(desk.flags, values={**desk.flags.values, "user": "admin"}), desk.open_app)
