"""The kit's web server with what it lacks: a key, a look at where requests come from, and a limit to its processes.

Its own server starts a process for whoever opens a socket, from whatever page; and any page a browser on this machine
shows may open one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from pathlib import Path

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from biobank_tui.words import _

MOST_SESSIONS = 8
PATIENCE = 10.0
"""Seconds an app is given to leave by itself."""

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' {sockets}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GuardedServer(Server):
    """Serves one command on loopback to whoever has the key. key: in the address that is told to the user."""

    def __init__(self, command: str, host: str, port: int, title: str) -> None:
        super().__init__(command, host=host, port=port, title=title, templates_path=Path(__file__).parent)
        self.key = secrets.token_urlsafe(24)
        self.session = secrets.token_urlsafe(24)
        self.open_sessions = 0

    @property
    def address(self) -> str:
        """The address to open in a browser, with the key."""
        return f"{self.public_url}/?key={self.key}"

    @property
    def cookie(self) -> str:
        """The cookie's name; browsers share cookies between the ports of a host."""
        return f"biobank-{self.port}"

    def initialize_logging(self) -> None:
        """Warnings only, and of exceptions their kind: a traceback's values may be a donor's."""
        logging.basicConfig(level=logging.WARNING, format="%(message)s")
        logging.getLogger("textual-serve").addFilter(_only_the_kind)

    async def on_startup(self, app: web.Application) -> None:
        """Nothing is printed: the address was told already."""

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.guard(request, handler)

        app.middlewares.append(guard)
        return app

    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through if it is for this host, from our own page, and by somebody who has the key."""
        if request.host not in self._hosts():
            raise web.HTTPForbidden(text=_("Not this host."))
        origin = request.headers.get("Origin")
        if origin is not None and origin not in {f"http://{host}" for host in self._hosts()}:
            raise web.HTTPForbidden(text=_("Not from here."))
        if compare_digest(request.query.get("key", ""), self.key):
            raise self._let_in()
        if not compare_digest(request.cookies.get(self.cookie, ""), self.session):
            raise web.HTTPForbidden(text=_("Open the address that biobank serve told you, with its key."))
        response = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = POLICY.format(sockets=f"ws://{request.host}")
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Start one app for one page, up to a limit."""
        if request.headers.get("Origin") is None:
            raise web.HTTPForbidden(text=_("Not from a page."))
        if self.open_sessions >= MOST_SESSIONS:
            raise web.HTTPServiceUnavailable(text=_("Too many sessions are open; close one."))
        socket = web.WebSocketResponse(heartbeat=15)
        session = ReapedService(
            self.command,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=_closer(socket),
            download_manager=self.download_manager,
        )
        self.open_sessions += 1
        try:
            await socket.prepare(request)
            await session.start(_side(request, "width", 80), _side(request, "height", 24))
            await self._process_messages(socket, session)
        finally:
            try:
                await session.stop()
            finally:
                self.open_sessions -= 1
        return socket

    def _hosts(self) -> frozenset[str]:
        return frozenset({f"{self.host}:{self.port}", f"localhost:{self.port}", f"127.0.0.1:{self.port}"})

    def _let_in(self) -> web.HTTPSeeOther:
        """Turn the key into a cookie, so that it stays in no history and no referrer."""
        answer = web.HTTPSeeOther("/")
        answer.set_cookie(self.cookie, self.session, httponly=True, samesite="Strict")
        return answer


class ReapedService(AppService):
    """One app's process, which is gone when its session is."""

    async def stop(self) -> None:
        """Ask the app to leave; end it where it does not."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(PATIENCE):
                await super().stop()
                await process.wait()
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _closer(socket: web.WebSocketResponse) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        await socket.close()

    return close


def _side(request: web.Request, name: str, usual: int) -> int:
    """Columns or lines of the page's terminal, within reason."""
    asked = request.query.get(name, "")
    return min(max(int(asked), 20), 1000) if asked.isascii() and asked.isdigit() and len(asked) < 5 else usual


def _only_the_kind(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[0] is not None:
        record.msg, record.args, record.exc_info = record.exc_info[0].__name__, (), None
    return True
