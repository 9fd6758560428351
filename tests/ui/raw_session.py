"""Readers without a browser: websockets and requests as anybody may send them to a server of the pages."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds
USER, XSRF = "_streamlit_user", "_streamlit_xsrf"  # Streamlit's cookies
START = "from commands import start; start()"


class Server:
    """A server of the pages at a port of this machine."""

    def __init__(self, port: int, secret: str = ""):
        self.port, self.secret = port, secret
        self.host = f"127.0.0.1:{port}"
        self.origin = f"http://{self.host}"

    def status(self, path: str, method: str = "GET", content: bytes | None = None, **headers: str) -> int:
        """The status of the answer to a request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = urllib.request.Request(f"{self.origin}{path}", content, named, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def upload(self, session: str, content: bytes = b"a,b\r\n1,2\r\n", **headers: str) -> int:
        """The status of the answer to a file sent for a session."""
        form = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n' + content + b"\r\n--b--\r\n"
        token = generate_xsrf_token_string()
        headers = {"X_Xsrftoken": token, "Cookie": f"{XSRF}={token}"} | headers
        kind = {"Content_Type": "multipart/form-data; boundary=b"}
        return self.status(f"/_stcore/upload_file/{session}/any", "PUT", form, **kind, **headers)

    def cookie(self, claims: Mapping, secret: str | None = None) -> str:
        """What a sign-in service's cookie says of somebody, signed with the server's secret or another one."""
        said = {"origin": self.origin, "is_logged_in": True, **claims}
        return create_signed_value(secret or self.secret, USER, json.dumps(said)).decode()

    @contextmanager
    def tab(self, cookie: str = "", *, origin: str | None = None) -> Iterator["Tab"]:
        """A reader's tab, open at no page yet."""
        token = generate_xsrf_token_string()
        cookies = [f"{XSRF}={token}", *([f"{USER}={cookie}"] if cookie else [])]
        address = f"ws://{self.host}/_stcore/stream"
        options = {"subprotocols": ["streamlit", token], "max_size": None, "compression": None}
        headers = {"Cookie": "; ".join(cookies)}
        with connect(address, origin=origin or self.origin, additional_headers=headers, **options) as connection:
            yield Tab(connection)


class Tab:
    """A session: asks for pages and presses buttons, and keeps what the server said last."""

    def __init__(self, connection: ClientConnection):
        self.connection, self.session = connection, ""
        self.messages: list[ForwardMsg] = []

    def ask(self, page: str = "", query: str = "lang=en", pressed: str = "") -> str:
        """All that a page says, as text; pressed: the identity of a button that was clicked."""
        asked = BackMsg()
        asked.rerun_script.page_name, asked.rerun_script.query_string = page, query
        if pressed:
            asked.rerun_script.widget_states.widgets.add(id=pressed, trigger_value=True)
        self.connection.send(asked.SerializeToString())
        self.messages = []
        while True:
            message = ForwardMsg()
            message.ParseFromString(self.connection.recv(timeout=PATIENCE))
            self.messages.append(message)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return "\n".join(str(element) for element in self.elements)

    @property
    def elements(self) -> list:
        """The elements of the page."""
        return [m.delta.new_element for m in self.messages if m.delta.HasField("new_element")]

    def titles(self) -> list[str]:
        """The headings of first order."""
        return [e.heading.body for e in self.elements if e.WhichOneof("type") == "heading" and e.heading.tag == "h1"]

    def missing(self) -> bool:
        """Whether Streamlit says that there is no such page."""
        return any(m.WhichOneof("type") == "page_not_found" for m in self.messages)

    def buttons(self) -> dict[str, str]:
        """The identity of each button, by what stands on it."""
        return {e.button.label: e.button.id for e in self.elements if e.WhichOneof("type") == "button"}


@contextmanager
def serving(folder: Path, url: str, *, sign_in: bool = True, **environment: str) -> Iterator[Server]:
    """The pages of a store as `rankshift serve` starts them; sign_in: a service signs people in, by a cookie."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(probe.getsockname()[1], "of this server alone " * 2 if sign_in else "")
    if sign_in:
        settings = {"redirect_uri": f"{server.origin}/oauth2callback", "cookie_secret": server.secret}
        settings |= dict.fromkeys(("client_id", "client_secret"), "rankshift")
        settings["server_metadata_url"] = "http://127.0.0.1:9/nobody"
        (folder / ".streamlit").mkdir()
        said = "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
        (folder / ".streamlit" / "secrets.toml").write_text(f"[auth]\n{said}\n", "utf-8")
    command = [sys.executable, "-c", START, "serve", "--store", url, "--port", str(server.port)]
    variables = {**os.environ, "HOME": str(folder), **environment}
    with (folder / "said.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        for _ in range(4 * PATIENCE):
            assert process.poll() is None, (folder / "said.txt").read_text()
            try:
                server.status("/_stcore/health")
                break
            except OSError:
                time.sleep(0.25)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0, "who ends `rankshift serve` ends the pages, which is no failure"
