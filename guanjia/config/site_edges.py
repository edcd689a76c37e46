"""A site that runs on several machines: which of them reads a device, and where they meet."""

from collections.abc import Callable, Mapping
from pathlib import Path as File

from guanjia.config.document import Salvaged
from guanjia.config.findings import Findings
from guanjia.config.site_broker import check_address
from guanjia.config.site_schema import DeviceFile, EdgeFile, LinkFile
from guanjia.config.site_tls import tls_files
from model.broker import BrokerConfig
from model.site import Edge, LinkConfig
from model.text import Text
from model.tls import TlsFiles
from model.wording import near


class Edges:
    """``edges:`` of the file; mistakes are among the findings."""

    def __init__(self, findings: Findings, written: Mapping[int, Salvaged[EdgeFile]]) -> None:
        self._findings = findings
        self._ids = findings.ids("edges") or set()
        self._of_area: dict[str, str] = {}
        self.edges: dict[str, Edge] = {}
        area_ids = findings.ids("areas")
        for index, item in written.items():
            at, e = ("edges", index), item.value
            if e.id in self.edges:
                findings.wrong((*at, "id"), f"edge '{e.id}' is written twice; ids are unique")
            name = Text(e.name.zh, e.name.en) if item.has("name") else Text(e.id, e.id)
            self.edges.setdefault(e.id, Edge(e.id, name))
            for place, area in enumerate(e.areas):
                if area_ids is not None and area not in area_ids:
                    findings.wrong((*at, "areas", place), f"no area '{area}'{near(area, area_ids)}")
                elif self._of_area.setdefault(area, e.id) != e.id:
                    message = f"area '{area}' is read by '{self._of_area[area]}' already; give single devices an 'edge:' of their own"
                    findings.wrong((*at, "areas", place), message)

    def of(self, device: DeviceFile) -> str:
        """The edge that reads a device: its own word goes before that of its area. Empty: the core."""
        return self._of_area.get(device.area, "") if device.edge is None else device.edge

    def check(self, index: int, device: DeviceFile) -> None:
        if device.edge and device.edge not in self._ids:
            hint = near(device.edge, self._ids) or "; write it under 'edges:'"
            self._findings.wrong(("devices", index, "edge"), f"no edge '{device.edge}'{hint}")


def link_config(findings: Findings, item: Salvaged[LinkFile], secret: Callable[[tuple[str, ...], str], str], folder: File) -> LinkConfig:
    """``secret`` looks up what the file only names; certificates are looked up below ``folder``."""
    w = item.value
    if w.password and not w.username:
        findings.wrong(("link", "password"), "a password needs its 'username:'")
    if not w.broker:
        if (w.username or w.tls is not None) and item.has("broker"):
            findings.wrong(("link",), "write 'broker: mqtts://…' with the login; without it edges and core meet at the broker of 'mqtt:'")
        return LinkConfig(None, w.prefix, w.version)
    check_address(findings, ("link",), w.broker, w.tls is not None)
    tls = tls_files(findings, ("link", "tls"), w.tls, folder) if w.tls is not None else TlsFiles()
    # The one file serves several machines, each with a login of its own: so the name may come from outside as well.
    username, password = secret(("link", "username"), w.username), secret(("link", "password"), w.password)
    return LinkConfig(BrokerConfig(w.broker, username, password, tls=tls), w.prefix, w.version)
