"""biobank serve: the app in a browser of this machine."""

from __future__ import annotations

import ipaddress
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
        from textual_serve.server import Server
    except ImportError as missing:
        raise Unreachable(
            "serve.missing", "Serving needs the extra 'serve': pip install 'biobank-tui[serve]'."
        ) from missing
    with desk.acting():
        pass
    words = [sys.executable, "-m", "biobank_tui", "--bank", desk.address]
    user = desk.loaded.settings.user
    desk.say("The bank is served at http://{host}:{port}; Ctrl-C ends it.", host=host, port=port)
    Server(shlex.join([*words, *(("--user", user) if user else ())]), host=host, port=port, title="biobank").serve()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
