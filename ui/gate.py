"""The gate before the pages: what anybody may ask of the server, from which pages, and how much it accepts.

It stands around Streamlit's own application.  Who may do what is not asked here but in each use case; the gate closes
what no page of ours needs: Streamlit's measurements and other entrances, uploads of whoever was shown no field for a
file, pages of another origin that open a connection in a reader's name, and requests without end.
"""

import os
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, net_util

from ui import uploads

OF_SERVER = re.compile(r"/_stcore/+(.*)", re.DOTALL)  # in a path: what Streamlit itself answers
HEALTH, HOST, STREAM, UPLOAD = "health", "host-config", "stream", "upload_file"
OPEN = frozenset({HEALTH, HOST, STREAM})
FIRST_PAGE = "leader"  # the page that opens first: Streamlit knows it by the server's own address alone
OTHER_PAGES = frozenset(
    (
        "area",
        "consequences",
        "statistician",
        "centre",
        "rules",
        "quality",
        "samples",
        "calling",
        "check",
        "check-bulletin",
        "people",
    )
)
NO_PAGES = frozenset({"oauth2callback", "healthz", "script-health-check", "metrics"})  # single names of Streamlit's own
FOLDERS = frozenset({"static", "media", "component", "app", "auth"})  # first parts of the other addresses of Streamlit
UNKNOWN = ("page", "unknown")  # what the first page's address says to whoever asked for a page that there is not
CONNECTIONS = int(os.environ.get("RANKSHIFT_CONNECTIONS", "400"))  # open at once: each is a reader's tab
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # of Streamlit, and of Vega's expressions
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",  # no picture of another place, whatever stands in a name
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "frame-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'self'",
    )
)
SAID = {  # with every answer
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
# Streamlit asks a service on the internet for this machine's address, at the start on all addresses and whenever a page
# of an unknown origin connects; everybody waits meanwhile. Of origins `same_origin` judges, and nobody is asked.
vars(net_util).update(get_external_ip=lambda: None)


class Gate:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp):
        self.app, self.connections = app, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it; of the content of what is refused nothing is kept."""
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, _with_headers(send))
        else:
            await self.app(scope, receive, send)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.connections >= CONNECTIONS or not same_origin(Headers(scope=scope)):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        self.connections += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.connections -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = OF_SERVER.search(scope["path"])
        rest = asked[1] if asked else HEALTH
        if asked is None and (home := _home_of(scope)):
            await RedirectResponse(home)(scope, receive, send)
            return
        if not rest.startswith(f"{UPLOAD}/"):
            refused = None if rest in OPEN else PlainTextResponse("Not found", 404)
            await (refused or self.app)(scope, receive, send)
            return
        headers, session = Headers(scope=scope), rest.split("/")[1]
        if scope["method"] != "PUT":
            await self.app(scope, receive, send)
            return
        size = _declared(headers)
        status = uploads.enter(session, size) if same_origin(headers) else uploads.FORBIDDEN
        if status is not None:
            await _read_past(receive)
            await PlainTextResponse("No upload here", status)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            uploads.leave(session, size)


def _home_of(scope: Scope) -> str:
    """The server's own address, with what was chosen, for whoever asks for the first page by its name or for a page
    that there is not; "" for others.

    Streamlit would show that page with the words "Page not found" over it.
    """
    path, chosen = scope["path"], scope["query_string"].decode("latin-1")
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    name = path.strip("/").removeprefix(base).strip("/")
    if not name or name in OTHER_PAGES or name in NO_PAGES or name.split("/")[0] in FOLDERS or "." in name:
        return ""  # the server's own address, a page, or what Streamlit answers
    if name != FIRST_PAGE:
        chosen = "&".join(filter(None, (chosen, "=".join(UNKNOWN))))
    up = "../" * (name.count("/") + path.endswith("/")) or "./"
    return up + (f"?{chosen}" if chosen else "")


def same_origin(headers: Headers) -> bool:
    """Whether a request comes from a page of this server, or from a program that is no browser and names no origin.

    Browsers say the origin of the page that opens a connection.  Streamlit takes any page of this machine for one of
    its own, whatever its port.  Behind a proxy the Host must be the one that the reader typed.
    """
    origin, host = headers.get("origin"), headers.get("host")
    return origin is None or urlsplit(origin).netloc == host or origin in _allowed()


def _allowed() -> Iterable[str]:
    """Origins that the settings allow besides (server.corsAllowedOrigins)."""
    return [said.strip() for said in config.get_option("server.corsAllowedOrigins")]


def _declared(headers: Headers) -> int:
    """The bytes that an upload may bring: as it says, or the most that the server lets through."""
    said = headers.get("content-length", "")
    return min(int(said), _most()) if said.isascii() and said.isdigit() else _most()


def _most() -> int:
    """The bytes of the largest file."""
    return int(config.get_option("server.maxUploadSize")) * 2**20


async def _read_past(receive: Receive) -> None:
    """Read what is refused, up to a file's size, and keep nothing of it: only then does a browser hear why."""
    passed, more = 0, True
    while more and passed <= _most():
        message = await receive()
        passed += len(message.get("body", b""))
        more = message.get("more_body", False)


def _with_headers(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(SAID)
        await send(message)

    return answer
