"""Serves the page: Streamlit behind the guard, with none of its defaults that talk to the internet.

In: a port, a host, and the room, furnished. Out: a server that runs until it is stopped.
"""

from __future__ import annotations

import secrets
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn
from streamlit import net_util
from streamlit.starlette import App
from streamlit.web import bootstrap

from workforce_sim.app.bases import GREATEST_UPLOAD
from workforce_sim.app.guard import Guard
from workforce_sim.app.room import the_room
from workforce_sim.errors import UsageError

PAGE = Path(__file__).with_name("page.py")
HERE = "127.0.0.1"
THIS_MACHINE = frozenset((HERE, "localhost", "::1"))
OPTIONS: dict[str, Any] = {
    "browser_gatherUsageStats": False,
    "client_showErrorDetails": "none",
    "client_toolbarMode": "minimal",
    "global_developmentMode": False,
    "runner_magicEnabled": False,
    "runner_postScriptGC": False,  # of fifty visitors it took two thirds of the time; Python collects by itself
    "server_enableCORS": True,
    "server_enableStaticServing": False,
    "server_enableXsrfProtection": True,
    "server_fileWatcherType": "none",
    "server_headless": True,
    "server_maxUploadSize": GREATEST_UPLOAD >> 20,
    "server_showEmailPrompt": False,
    "theme_base": "light",
    "theme_primaryColor": "#005EA5",
    "theme_textColor": "#1A1A1A",
}
"""Set as flags, which no file of settings overrides."""


def serve(host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve the page until stopped; `tell` is told the address, and a warning where others can connect."""
    open_to_others = host not in THIS_MACHINE
    token = secrets.token_urlsafe(24) if open_to_others else None
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    hosts = {host, *THIS_MACHINE}
    application = Guard(_application(host, port, sorted(hosts)), hosts, token)
    shown = f"[{host}]" if ":" in host else host
    if open_to_others:
        tell(
            f"Warning: anybody who can reach {host} and has the link below can use this page. It is not encrypted, so "
            "use it on a network that you trust, and with made-up or agreed figures only."
        )
    tell(f"Open http://{shown}:{port}/{f'?token={quote(token)}' if token else ''}")
    tell("Stop with Ctrl-C.")
    threading.Thread(target=_warm, name="warm", daemon=True).start()
    config = uvicorn.Config(application, log_level="warning", server_header=False, ws_max_size=GREATEST_UPLOAD * 4)
    uvicorn.Server(config).run(sockets=[listening])


def _application(host: str, port: int, hosts: list[str]) -> App:
    """Streamlit as an application, told by flags what it must not do."""
    bootstrap.load_config_options(
        {**OPTIONS, "server_address": host, "server_port": port, "browser_serverAddress": host,
         "browser_serverPort": port, "server_allowedHosts": hosts}
    )  # fmt: skip
    # Asked by a page of another origin, Streamlit would look up its own public address on the internet. The guard
    # refuses such requests already; this is a second lock. The name is private: a test watches it.
    net_util._external_ip = HERE  # noqa: SLF001
    return App(PAGE)


def _listen(host: str, port: int) -> socket.socket:
    """A socket on the address, and on nothing else."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise UsageError(f"cannot listen on {host}, port {port}: {error.strerror or error}; try --port") from None
    return listening


def _warm() -> None:
    """The first base is run, and its dials are made, before the first page asks for them."""
    room = the_room()
    base = next(iter(room.bases.values()))
    room.desk.warm(base.key, base.scenario)
    for each in room.bases.values():
        each.dials  # noqa: B018  made once, kept by the base
