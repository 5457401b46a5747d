"""biobank serve: the app in a browser of this machine."""

from __future__ import annotations

import ipaddress
import os
import shlex
import sys
from typing import Annotated

import typer

from biobank_tui.cli.desk import desk_of
from biobank_tui.cli.room import room
from biobank_tui.rules.errors import Refused, Unreachable
from biobank_tui.words import mark

app = room()


@app.command()
def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help=mark("The loopback address to listen on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=mark("The port to listen on."))] = 8000,
) -> None:
    """Serve the app to browsers of this machine."""
    desk = desk_of(ctx)
    if not _is_loopback(host):
        raise Refused(
            "serve.host",
            "{host} is not this machine: the app is served on loopback only, behind a proxy of your own.",
            host=host,
        )
    try:
        from biobank_tui.cli.web.server import GuardedServer
    except ImportError as missing:
        raise Unreachable(
            "serve.missing", "Serving needs the extra 'serve': pip install 'biobank-tui[serve]'."
        ) from missing
    from biobank_tui.bank.bank import Bank
    from biobank_tui.cli.web.household import environment

    with Bank.open(desk.address) as bank:
        title = bank.setting("name")
    words = [sys.executable, "-m", "biobank_tui", "--bank", desk.address]
    user = desk.loaded.settings.user
    # exec: the shell that the kit starts makes way for the app, which then has the server for its parent.
    command = "exec " + shlex.join([*words, *(("--user", user) if user else ())])
    surroundings = environment(os.environ)
    os.environ.clear()
    os.environ.update(surroundings)
    server = GuardedServer(command, host, port, title)
    desk.say("{bank} is served at the address below; whoever has it has the app. Ctrl-C ends it.", bank=title)
    desk.lines([server.address], {"address": server.address})
    sys.stdout.flush()
    server.serve()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
