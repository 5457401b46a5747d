"""The app in a browser is for whoever has the key, on this machine, from our own page; and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from biobank_tui.bank.bank import Bank
from biobank_tui.cli.web import server as guarded
from biobank_tui.cli.web.household import environment
from biobank_tui.cli.web.server import GuardedServer


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The command that serves a new bank; what it writes goes to folders of its own."""
    Bank.create(tmp_path / "bank.db", administrator=("anna", "Anna")).close()
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    return "exec " + shlex.join([sys.executable, "-m", "biobank_tui", "--bank", str(tmp_path / "bank.db")])


@pytest.fixture
async def server(command: str, unused_tcp_port: int) -> AsyncIterator[GuardedServer]:
    """The server, listening."""
    served = GuardedServer(command, "127.0.0.1", unused_tcp_port, "Trial <b>bank</b>")
    runner = web.AppRunner(await served._make_app())
    await runner.setup()
    await web.TCPSite(runner, served.host, served.port).start()
    yield served
    await runner.cleanup()


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """Something that keeps cookies, as a browser does."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def test_without_the_key_there_is_nothing(server, browser):
    for path in ("/", "/?key=guess", "/ws", "/static/js/textual.js", "/download/x"):
        async with browser.get(server.public_url + path) as answer:
            assert answer.status == 403


async def test_with_the_key_the_page_comes_and_asks_no_other_host_for_anything(server, browser):
    async with browser.get(server.address) as answer:
        page = await answer.text()
        assert answer.status == 200
        assert "key=" not in str(answer.url)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Trial &lt;b&gt;bank" in page
    assert "https://" not in page
    assert "//fonts" not in page
    async with browser.get(f"{server.public_url}/static/js/textual.js") as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {},
    ],
    ids=["another page", "a page without origin", "another host's name", "no page at all"],
)
async def test_a_socket_from_elsewhere_starts_nothing(server, browser, headers):
    async with browser.get(server.address):
        pass
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.ws_connect(f"ws://127.0.0.1:{server.port}/ws", headers=headers)
    assert refused.value.status == 403
    assert server.open_sessions == 0


async def opened(server: GuardedServer, browser: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    async with browser.get(server.address):
        pass
    return await browser.ws_connect(
        f"ws://127.0.0.1:{server.port}/ws?width=100&height=30", headers={"Origin": server.public_url}
    )


async def test_our_own_page_gets_the_app_and_its_process_ends_with_the_page(server, browser):
    async with await opened(server, browser) as socket:
        seen = b""
        async with asyncio.timeout(60):
            while b"Biobank" not in seen and b"Anna" not in seen:
                message = await socket.receive()
                assert message.type is not aiohttp.WSMsgType.CLOSED, seen
                seen += message.data if isinstance(message.data, bytes) else b""
        assert server.open_sessions == 1
    async with asyncio.timeout(30):
        while server.open_sessions:
            await asyncio.sleep(0.05)


async def test_more_sessions_than_the_limit_are_refused(server, browser, monkeypatch):
    monkeypatch.setattr(guarded, "MOST_SESSIONS", 0)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await opened(server, browser)
    assert refused.value.status == 503


def test_a_served_app_inherits_only_what_it_needs():
    given = {"PATH": "/bin", "LC_ALL": "C", "BIOBANK_LANG": "fr", "BIOBANK_PASSWORD": "x", "CLOUD_SECRET": "x"}
    assert environment(given) == {
        "PATH": "/bin",
        "LC_ALL": "C",
        "BIOBANK_LANG": "fr",
        "BIOBANK_SERVED_BY": str(os.getpid()),
    }


def test_an_app_ends_when_its_server_was_killed(tmp_path):
    script = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import os, time\\n"
        "from biobank_tui.cli.web import household\\n"
        "household.LOOK_EVERY = 0.05\\n"
        "household.leave_with(os.getppid())\\n"
        "print(os.getpid(), flush=True)\\ntime.sleep(60)'])\n"
        "child.wait()\n"
    )
    server = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server.stdout as lines:
        assert int(lines.readline())
        server.send_signal(signal.SIGKILL)
        server.wait()
        # The child holds the other end of the pipe: it reads as ended once the child has.
        began = time.monotonic()
        assert lines.read() == ""
    assert time.monotonic() - began < 30
