"""As much of Grafana's HTTP API as a push uses, kept in memory; every call is on record."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

TOKEN = "glsa_right"
Reply = tuple[int, Any]


@dataclass
class Kept:
    """What this Grafana holds, and what it was asked."""

    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    dashboards: dict[str, dict[str, Any]] = field(default_factory=dict)
    datasources: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    refuse: dict[str, int] = field(default_factory=dict)
    """Path → status it answers with, whatever is asked."""
    url: str = ""

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [call for call in self.calls if call[0] != "GET"]


@contextmanager
def grafana(prefix: str = "") -> Iterator[Kept]:
    """Serves below ``prefix`` (``/grafana``) until the end of the block."""
    kept = Kept()
    handler = type("Handler", (_Handler,), {"kept": kept, "prefix": prefix})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}{prefix}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    kept: ClassVar[Kept]
    prefix: ClassVar[str]

    def _answer(self) -> None:
        path = self.path.removeprefix(f"{self.prefix}/api")
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
        self.kept.calls.append((self.command, path))
        status, reply = self._reply(path, body)
        text = json.dumps(reply).encode() if not isinstance(reply, bytes) else reply
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"https://127.0.0.1{self.path}")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = _answer

    def _reply(self, path: str, body: Any) -> Reply:
        if path in self.kept.refuse:
            return self.kept.refuse[path], {"message": "as the test wants it"}
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        first, _, rest = path.strip("/").partition("/")
        return {"folders": self._folder, "dashboards": self._dashboard, "datasources": self._datasource}[first](rest, body)

    def _folder(self, rest: str, body: Any) -> Reply:
        if self.command == "POST":
            self.kept.folders[body["uid"]] = {"id": len(self.kept.folders) + 1, **body}
            return 200, self.kept.folders[body["uid"]]
        if rest not in self.kept.folders:
            return 404, {"message": "folder not found"}
        if self.command == "PUT":
            self.kept.folders[rest]["title"] = body["title"]
        return 200, self.kept.folders[rest]

    def _dashboard(self, rest: str, body: Any) -> Reply:
        if self.command == "POST":
            wanted = body["dashboard"]
            if body["folderUid"] not in self.kept.folders:
                return 400, {"message": "folder not found"}
            before = self.kept.dashboards.get(wanted["uid"])
            if before and not body.get("overwrite"):
                return 412, {"message": "a dashboard with the same uid already exists"}
            number = before["dashboard"]["version"] + 1 if before else 1
            saved = {**wanted, "id": len(self.kept.dashboards) + 1, "version": number}
            self.kept.dashboards[wanted["uid"]] = {"dashboard": saved, "meta": {"folderUid": body["folderUid"]}}
            return 200, {"status": "success", "uid": wanted["uid"], "version": number}
        found = self.kept.dashboards.get(rest.removeprefix("uid/"))
        return (200, found) if found else (404, {"message": "Dashboard not found"})

    def _datasource(self, rest: str, body: Any) -> Reply:
        uid = rest.removeprefix("uid/")
        if self.command == "POST":
            uid = body["uid"]
        elif uid not in self.kept.datasources:
            return 404, {"message": "Data source not found"}
        if self.command != "GET":
            self.kept.datasources[uid] = body
        shown = {key: value for key, value in self.kept.datasources[uid].items() if key != "secureJsonData"}
        return 200, {"id": 1, **shown}

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
