"""TLS for connections to devices and brokers."""

import ssl

from model.tls import TlsFiles


def client_context(files: TlsFiles) -> ssl.SSLContext:
    """A context that believes only what ``files.ca`` has signed (the system's authorities where it is empty) and shows our certificate.

    TLS 1.2 at the least, as Modbus/TCP Security asks (MB-TCP-Security v21 §5, R-05). Reads the files: a renewed certificate is shown at the
    next connect. Raises OSError, of which ssl.SSLError is one.
    """
    context = ssl.create_default_context(cafile=files.ca or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.cert:
        context.load_cert_chain(files.cert, files.key or None)
    return context
