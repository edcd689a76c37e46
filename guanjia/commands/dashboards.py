"""``guanjia dashboards``: Grafana."""

from pathlib import Path
from typing import Annotated

import typer

from dashboards.grafana.book import export
from dashboards.grafana.client import Grafana
from dashboards.grafana.datasource import datasource, datasource_uid
from dashboards.grafana.errors import GrafanaError
from dashboards.grafana.page import Place
from dashboards.grafana.push import Outcome, push
from guanjia.commands.words import configuration, err, out, refuse
from model.text import Language

REFERENCE_SITE = Path(__file__).resolve().parents[2] / "examples" / "talent-apartments" / "site.yaml"
FAILED = 1

app = typer.Typer(help="Grafana dashboards: export them, push them.", no_args_is_help=True)
SiteOption = Annotated[Path, typer.Option("--site", help="The site file; without it, the reference site.", show_default=False)]
LanguageOption = Annotated[
    Language | None, typer.Option("--language", help="Language of titles and words; without it, the site's.", show_default=False)
]


@app.command("export")
def export_dashboards(
    folder: Annotated[Path, typer.Argument(help="Where the JSON files go, one per dashboard.", metavar="DIR")],
    site: SiteOption = REFERENCE_SITE,
    language: LanguageOption = None,
) -> None:
    """Write the site's dashboards as JSON files; the same site makes the same files.

    Exit code 0 when written, 1 when the folder can't be written, 2 when the site file is wrong.
    Example: guanjia dashboards export grafana --site site.yaml --language en
    """
    found = configuration(site)
    place = Place(found.site, language or Language(found.site.language), datasource_uid(found.site))
    try:
        for file in export(place, found.rules, folder):
            out.print(str(file), markup=False, soft_wrap=True)
    except OSError as error:
        err.print(f"can't write to {folder}: {error.strerror or error}", markup=False)
        raise typer.Exit(FAILED) from None


@app.command("push")
def push_dashboards(
    url: Annotated[str, typer.Option("--url", help="Grafana's address, such as http://localhost:3000.")],
    token: Annotated[
        str, typer.Option("--token", envvar="GRAFANA_TOKEN", help="Token of a service account; better in the environment.")
    ] = "",
    site: SiteOption = REFERENCE_SITE,
    language: LanguageOption = None,
    source: Annotated[str, typer.Option("--datasource", help="Uid of a data source there is already; none is then made.")] = "",
    influxdb: Annotated[str, typer.Option("--influxdb", help="InfluxDB as Grafana reaches it, when not as in the site file.")] = "",
) -> None:
    """Install data source, folder and dashboards in a Grafana; doing it again changes nothing.

    Exit code 0 when all is there, 1 when Grafana does not answer or refuses, 2 when used wrongly.
    Example: GRAFANA_TOKEN=… guanjia dashboards push --url http://localhost:3000 --site site.yaml
    """
    if not token:
        raise refuse("no token: set GRAFANA_TOKEN, or pass --token, with the token of a Grafana service account")
    found = configuration(site)
    if not source and found.site.store.kind != "influxdb":
        raise refuse(
            "this site keeps its history in the embedded store, which Grafana can't read: set 'store: {kind: influxdb, url: …}' "
            "in the site file, or name a data source there is already with --datasource UID"
        )
    place = Place(found.site, language or Language(found.site.language), source or datasource_uid(found.site))
    try:
        grafana = Grafana(url, token)
    except ValueError as error:
        raise refuse(str(error)) from None
    try:
        push(grafana, place, found.rules, None if source else datasource(found.site, influxdb), _tell)
    except GrafanaError as error:
        err.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None
    finally:
        grafana.close()


def _tell(kind: str, title: str, outcome: Outcome) -> None:
    out.print(f"{outcome:<10} {kind:<12} {title}", markup=False, soft_wrap=True)
