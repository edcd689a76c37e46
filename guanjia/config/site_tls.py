"""``tls:`` of a connection: the certificates, tried while the file is checked rather than at the first connect."""

import ssl
from pathlib import Path as File

from guanjia.config.document import Path
from guanjia.config.findings import Findings
from guanjia.config.site_schema import TlsEntry
from model.tls import TlsFiles


def tls_files(findings: Findings, path: Path, entry: TlsEntry, folder: File) -> TlsFiles:
    """Names are looked up below ``folder``. What is missing, or is not what it should be, is among the findings."""
    if bool(entry.cert) != bool(entry.key):
        findings.wrong(path, "write 'cert:' and 'key:' together; they are one proof of who we are")
    found = {key: str(folder / name) for key in ("ca", "cert", "key") if (name := getattr(entry, key))}
    missing = [key for key, file in found.items() if not File(file).is_file()]
    for key in missing:
        findings.wrong((*path, key), f"no file '{getattr(entry, key)}'; names are looked up beside the site file")
    if not missing:
        _try(findings, path, found)
    return TlsFiles(found.get("ca", ""), found.get("cert", ""), found.get("key", ""), entry.server_name)


def _try(findings: Findings, path: Path, found: dict[str, str]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if "ca" in found:
        try:
            context.load_verify_locations(found["ca"])
        except OSError:
            findings.wrong((*path, "ca"), "holds no certificate; it wants the authority's in PEM form")
    if "cert" in found and "key" in found:
        try:
            context.load_cert_chain(found["cert"], found["key"], password=_no_password)
        except (OSError, ValueError):
            message = "certificate and key don't fit together; both are wanted in PEM form, the key without a password"
            findings.wrong((*path, "cert"), message)


def _no_password() -> str:
    """Without it the library would ask at the terminal."""
    return ""
