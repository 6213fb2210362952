"""The door of the server: every request, also of websockets, passes here before the page is asked.

In: an ASGI application, the host names it answers to, and a token if it is open to others. Out: the same application,
which refuses other hosts, pages of other origins and strangers without the token, and sends a strict content policy.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "workforce_sim_token"
TOKEN = "token"  # noqa: S105  the name of a query parameter
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, no inline script, no evaluated text; the page's library styles its parts inline."""
HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_REFUSED = {
    400: "This server answers to another name.",
    403: "This page needs the link with its access token, as the server printed it.",
}


class Guard:
    """An ASGI application around another."""

    def __init__(self, inner: Application, hosts: Iterable[str], token: str | None) -> None:
        """`hosts`: names or addresses without a port. `token`: None where only this machine can connect."""
        self._inner, self._hosts, self._token = inner, frozenset(hosts), token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._inner(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._is_ours(headers):
            await _refuse(scope, send, 400)
        elif self._token is None or _same(_cookie(headers), self._token):
            await self._inner(scope, receive, _with_headers(send))
        elif scope["type"] == "http" and _same(dict(_query(scope)).get(TOKEN, ""), self._token):
            await self._welcome(scope, send)
        else:
            await _refuse(scope, send, 403)

    def _is_ours(self, headers: Mapping[str, str]) -> bool:
        """Is the host one of ours, and the page that asks from here, if a browser tells?"""
        host, origin = headers.get("host", ""), headers.get("origin")
        return _name(f"//{host}") in self._hosts and (origin is None or urlsplit(origin).netloc == host)

    async def _welcome(self, scope: Scope, send: Send) -> None:
        """The token goes into a cookie that scripts cannot read, and out of the address."""
        rest = urlencode([(name, value) for name, value in _query(scope) if name != TOKEN])
        place = scope["path"] + (f"?{rest}" if rest else "")
        cookie = f"{COOKIE}={self._token}; HttpOnly; SameSite=Strict; Path=/"
        await _answer(send, 303, b"", {"location": place, "set-cookie": cookie})


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"))


def _name(address: str) -> str:
    """The host of an address, without its port; empty if it cannot be read."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _cookie(headers: Mapping[str, str]) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _same(told: str, token: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(told.encode(), token.encode())


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message["headers"] = [*message.get("headers", ()), *own]
        await send(message)

    return sending


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await _answer(send, status, _REFUSED[status].encode(), {"content-type": "text/plain; charset=utf-8"})


async def _answer(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    told = [(name.encode(), value.encode()) for name, value in {**HEADERS, **headers}.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})
