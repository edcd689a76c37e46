"""What can go wrong with Grafana.

::

    GrafanaError      nothing more was sent; the message says what to do
    ├── Unanswered    nobody there, or somebody else
    └── Rejected      Grafana is there and will not: token, rights, content
"""


class GrafanaError(Exception):
    """Dashboards could not be installed."""


class Unanswered(GrafanaError):
    """No connection, a timeout, a redirect, or an answer that is not Grafana's."""


class Rejected(GrafanaError):
    """Grafana has judged the request."""
