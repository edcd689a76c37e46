"""The command line: ``guanjia …``."""

import typer

from guanjia.commands import check, dashboards, demo, record, replay, report, rules, run, scenario, simulate, user

app = typer.Typer(
    name="guanjia",
    help="Guanjia (管家): a steward for buildings. Try it: guanjia demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("simulate")(simulate.simulate)
app.add_typer(report.app, name="report")
app.command("record")(record.record)
app.command("replay")(replay.replay)
app.add_typer(rules.app, name="rules")
app.add_typer(scenario.app, name="scenario")
app.add_typer(dashboards.app, name="dashboards")
app.add_typer(user.app, name="user")
