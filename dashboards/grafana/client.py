"""Grafana's HTTP API as the push needs it, over grafana-api; what the library raises becomes ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from grafana_api.grafana_api import GrafanaClientError, GrafanaException, GrafanaUnauthorizedError
from grafana_api.grafana_face import GrafanaFace

from dashboards.grafana.errors import Rejected, Unanswered

TIMEOUT_S = 15.0
Found = dict[str, Any]


class Grafana:
    """Folders, dashboards and data sources by uid: numeric ids are being taken away from release to release."""

    def __init__(self, url: str, token: str) -> None:
        """ValueError when the URL is none of http or https."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"'{url}' is no address of a Grafana; write http://host:3000 or https://host/grafana")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        prefix = parts.path.strip("/")
        self.url = f"{parts.scheme}://{host}{f':{port}' if port else ''}{f'/{prefix}' if prefix else ''}"
        self._face: Any = GrafanaFace(
            auth=token,
            host=host,
            port=port,
            url_path_prefix=f"{prefix}/" if prefix else "",
            protocol=parts.scheme,
            timeout=TIMEOUT_S,
        )
        # A redirected POST would arrive as a GET: fetch a list, change nothing, and look like success.
        self._face.api.s.max_redirects = 0

    def folder(self, uid: str) -> Found | None:
        return self._found(lambda: self._face.folder.get_folder(uid))

    def create_folder(self, uid: str, title: str) -> None:
        self._done(f"folder '{title}'", lambda: self._face.folder.create_folder(title, uid))

    def rename_folder(self, uid: str, title: str) -> None:
        self._done(f"folder '{title}'", lambda: self._face.folder.update_folder(uid, title, overwrite=True))

    def dashboard(self, uid: str) -> Found | None:
        """With ``dashboard`` and ``meta``."""
        return self._found(lambda: self._face.dashboard.get_dashboard(uid))

    def save_dashboard(self, dashboard: Mapping[str, Any], folder_uid: str) -> None:
        body = {"dashboard": dict(dashboard), "folderUid": folder_uid, "overwrite": True, "message": "guanjia dashboards push"}
        self._done(f"dashboard '{dashboard['title']}'", lambda: self._face.dashboard.update_dashboard(body))

    def datasource(self, uid: str) -> Found | None:
        """By path: the library's own calls go by numeric id."""
        return self._found(lambda: self._face.api.GET(f"/datasources/uid/{uid}"))

    def create_datasource(self, wanted: Mapping[str, Any]) -> None:
        self._done(f"data source '{wanted['name']}'", lambda: self._face.api.POST("/datasources", json=dict(wanted)))

    def replace_datasource(self, wanted: Mapping[str, Any]) -> None:
        path = f"/datasources/uid/{wanted['uid']}"
        self._done(f"data source '{wanted['name']}'", lambda: self._face.api.PUT(path, json=dict(wanted)))

    def close(self) -> None:
        self._face.api.s.close()

    def _found(self, ask: Any) -> Found | None:
        """None when Grafana has no such thing."""
        with self._judged("reading"):
            try:
                answer = ask()
            except GrafanaClientError as error:
                if error.status_code == 404:
                    return None
                raise
            if not isinstance(answer, dict):
                raise Unanswered(f"what answers at {self.url} is not Grafana")
            return answer

    def _done(self, what: str, act: Any) -> None:
        with self._judged(f"writing the {what}"):
            act()

    @contextmanager
    def _judged(self, doing: str) -> Iterator[None]:
        try:
            yield
        except GrafanaUnauthorizedError as error:
            raise Rejected(f"Grafana at {self.url} does not know the token (401); make one for a service account and pass it") from error
        except GrafanaException as error:
            raise self._verdict(error, doing) from error
        except (OSError, ValueError) as error:  # requests' own errors are OSErrors; an answer that is no JSON is a ValueError
            raise Unanswered(f"no Grafana answers at {self.url}: {error}") from error

    def _verdict(self, error: Any, doing: str) -> Rejected | Unanswered:
        status = error.status_code
        if status == 403:
            return Rejected(
                f"the token may not do this (403, {doing}): its service account needs the role Editor, for the data source Admin"
            )
        if status >= 500:
            return Unanswered(f"Grafana at {self.url} is in trouble ({doing}): {error.message}")
        return Rejected(f"Grafana refused {doing}: {error.message}")
