"""The InfluxDB data source of a site, as Grafana keeps it.

InfluxQL works on every generation: version 1 has databases and passwords; version 2 answers InfluxQL for a bucket through its DBRP mapping,
with a token in a header.
"""

from typing import Any

from dashboards.grafana.page import uid
from model.site import Site, StoreConfig


def datasource_uid(site: Site) -> str:
    return uid("guanjia", site.id)


def datasource(site: Site, url: str = "") -> dict[str, Any]:
    """``url``: where Grafana reaches InfluxDB, when that is not where the platform does. Secrets are only ever sent, never read back."""
    store = site.store
    return {
        "uid": datasource_uid(site),
        "name": f"Guanjia {site.id}",
        "type": "influxdb",
        "access": "proxy",
        "url": url or store.url,
        "isDefault": False,
        "user": _user(store),
        "basicAuth": False,
        "jsonData": {"version": "InfluxQL", "dbName": store.bucket, "httpMode": "POST", "timeInterval": "1s"} | _header(store),
        "secureJsonData": _secrets(store),
    }


def _user(store: StoreConfig) -> str:
    return store.token.partition(":")[0] if store.version == 1 else ""


def _header(store: StoreConfig) -> dict[str, str]:
    return {"httpHeaderName1": "Authorization"} if store.version != 1 and store.token else {}


def _secrets(store: StoreConfig) -> dict[str, str]:
    if not store.token:
        return {}
    if store.version == 1:
        return {"password": store.token.partition(":")[2]}
    return {"httpHeaderValue1": f"Token {store.token}"}
