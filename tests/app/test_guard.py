"""The door lets in who may, and nobody else; what it lets out carries a strict content policy."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from workforce_sim.app.guard import Guard

SECRET = "a-long-secret"  # noqa: S105  made up


def through(guard: Guard, kind: str = "http", query: str = "", **headers: str) -> list[MutableMapping[str, Any]]:
    """What comes back when somebody knocks."""
    scope = {
        "type": kind,
        "path": "/",
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {}

    asyncio.run(guard(scope, receive, send))
    return sent


async def page(_scope: Any, _receive: Any, send: Any) -> None:
    """Stands for the page."""
    await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "[::1"},
        {"host": "127.0.0.1:8501", "origin": "http://evil.example"},
        {"host": "127.0.0.1:8501", "origin": "null"},
        {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:9999"},
    ],
)
def test_other_hosts_and_origins_are_refused(kind: str, headers: dict[str, str]) -> None:
    """A name that was rebound, and a page from elsewhere, never reach the page."""
    (first, *_) = through(Guard(page, ["127.0.0.1", "localhost"], None), kind, **headers)
    assert (first.get("status"), first["type"]) in {(400, "http.response.start"), (None, "websocket.close")}


def test_the_page_carries_a_strict_policy() -> None:
    """Nothing from elsewhere, no script inline, no frame around it."""
    (first, *_) = through(Guard(page, ["localhost"], None), host="localhost:8501", origin="http://localhost:8501")
    headers = dict(first["headers"])
    assert first["status"] == 200
    assert b"script-src 'self';" in headers[b"content-security-policy"]
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]
    assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("query", "cookie"), [("", ""), ("token=wrong", ""), ("", "workforce_sim_token=wrong"), ("", ";;=")]
)
def test_without_the_token_nobody_gets_in(kind: str, query: str, cookie: str) -> None:
    """Neither the page nor its websocket answers a stranger."""
    (first, *_) = through(Guard(page, ["10.0.0.5"], SECRET), kind, query, host="10.0.0.5:8501", cookie=cookie)
    assert first.get("status", 1008) in {403, 1008}


def test_the_token_moves_from_the_address_into_a_cookie() -> None:
    """Whoever has the link gets in once, with the rest of the address kept, and then by a cookie no script can read."""
    guard = Guard(page, ["10.0.0.5"], SECRET)
    (first, *_) = through(guard, query=f"token={SECRET}&w=abc", host="10.0.0.5:8501")
    headers = dict(first["headers"])
    assert (first["status"], headers[b"location"]) == (303, b"/?w=abc")
    assert b"HttpOnly; SameSite=Strict" in headers[b"set-cookie"]
    cookie = headers[b"set-cookie"].decode().partition(";")[0]
    (second, *_) = through(guard, host="10.0.0.5:8501", cookie=cookie)
    assert second["status"] == 200
