"""``guanjia dashboards``: Grafana."""

import typer

app = typer.Typer(help="Grafana dashboards: export them, push them.", no_args_is_help=True)
